"""What a person does with the collection: selections."""
