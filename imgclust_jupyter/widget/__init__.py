"""The kernel's side of the front end: traits, requests and their answers, wire format, static picture."""
