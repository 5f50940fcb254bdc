"""A decoder that hangs or crashes costs one picture: real processes, really stopped and killed."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features
from test_imaging import png_header

from imgclust_jupyter.imaging import Limits, UnreadableImage, count_frames, decode, decode_guarded, guard
from imgclust_jupyter.imaging.decoder_pool import DecoderPool

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8))

# A decoder process whose decoder does what a hostile file could make it do.
HOSTILE = """
import ctypes, os, sys, time
from imgclust_jupyter.imaging import decode
from imgclust_jupyter.imaging.decoder_main import main

def hostile(source, min_side, frame, limits):
    word = source.content if hasattr(source, "content") else source
    if word == b"hang":
        ctypes.PyDLL(None).sleep(1000)  # holds the interpreter's lock
    if word[:6] == b"until ":
        while not os.path.exists(word[6:]):
            time.sleep(0.01)
        source = WHOLE
    if word == b"crash":
        ctypes.string_at(0)
    if word == b"leave":
        os._exit(0)
    if word == b"half":
        sys.stdout.flush()
        os.write(ANSWERS, b"\\x80\\x05")
        os._exit(0)
    if word == b"print":
        os.write(1, b"a word of the decoder's")
        source = WHOLE
    if word == b"memory":
        bytearray(1 << 40)
    return decode(source, min_side, frame, limits)

main({"decode": hostile})
"""


def file_of(image, format="TIFF", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


WHOLE = file_of(PICTURE)


@pytest.fixture
def pool(monkeypatch):
    pool = DecoderPool()
    monkeypatch.setattr(guard, "_decoders", pool)
    yield pool
    pool.close()


@pytest.fixture
def hostile(monkeypatch):
    program = HOSTILE.replace("ANSWERS", "3").replace("WHOLE", repr(file_of(Image.new("RGB", (4, 4)))))
    pool = DecoderPool([sys.executable, "-c", program])
    monkeypatch.setattr(guard, "_decoders", pool)
    yield pool
    pool.close()


def reason(source, **options):
    with pytest.raises(UnreadableImage) as caught:
        decode_guarded(source, **options)
    return caught.value.reason


def gone(pid, seconds=60.0):
    """Wait until a process has ended; it may be a zombie of whoever adopted it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


class TestTheSameAsDecode:
    @pytest.mark.parametrize("format", ["TIFF", "PNG", "JPEG", "JPEG2000", "AVIF", "GIF", "ICO", "TGA", "WEBP"])
    @pytest.mark.parametrize("min_side", [None, 60])
    def test_pixels_and_sizes(self, pool, format, min_side):
        if format == "AVIF" and not features.check("avif"):
            pytest.skip("this Pillow has no AVIF")
        file = file_of(PICTURE, format)
        here, guarded = decode(file, min_side), decode_guarded(file, min_side)
        assert (guarded.width, guarded.height) == (here.width, here.height)
        assert guarded.image.mode == "RGB"
        assert guarded.image.tobytes() == here.image.tobytes()

    def test_large_pictures_in_strips(self, pool):
        wide, tall = Image.effect_noise((600_000, 5), 99), Image.effect_noise((3, 70_000), 99)
        for image in (wide, tall):
            file = file_of(image)
            assert decode_guarded(file).image.tobytes() == decode(file).image.tobytes()
        assert len(pool.idle) == 1

    def test_paths_arrays_pictures_and_what_can_be_opened(self, pool, tmp_path, monkeypatch):
        (tmp_path / "a.tif").write_bytes(WHOLE)
        monkeypatch.chdir(tmp_path)
        for source in (Path("a.tif"), WHOLE, np.asarray(PICTURE), PICTURE):
            assert decode_guarded(source).image.tobytes() == PICTURE.tobytes()

    def test_frames(self, pool):
        frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
        for format in ("GIF", "TIFF", "PNG", "WEBP", "MPO"):
            file = file_of(frames[0], format, save_all=True, append_images=frames[1:])
            assert count_frames(file) == (1 if format == "MPO" else 3)
            if format != "MPO":
                assert np.abs(np.asarray(decode_guarded(file, frame=2).image).astype(int) - [0, 0, 255]).max() < 8
        assert count_frames(np.zeros((3, 3))) == count_frames(PICTURE) == 1
        with pytest.raises(UnreadableImage, match="3 frames, and the limit is 2"):
            count_frames(file_of(frames[0], "GIF", save_all=True, append_images=frames[1:]), Limits(frames=2))
        with pytest.raises(UnreadableImage, match="not an image"):
            count_frames(b"text")

    def test_reasons_and_causes(self, pool, tmp_path):
        path = tmp_path / "drawing.svg"
        path.write_text("<svg/>")
        for source in (path, WHOLE[:3000], b"text", tmp_path / "missing.tif"):
            with pytest.raises(UnreadableImage) as here:
                decode(source)
            with pytest.raises(UnreadableImage) as there:
                decode_guarded(source)
            assert there.value.reason == here.value.reason
            assert type(there.value.__cause__) is type(here.value.__cause__)

    def test_a_limit_above_that_of_pillow(self, pool, monkeypatch):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
        assert decode_guarded(file_of(PICTURE, "PNG")).width == 400
        assert "megapixels" in reason(file_of(PICTURE, "PNG"), limits=Limits(pixels=100_000))

    def test_the_limit_counts_whatever_pillow_has(self, pool):
        header = png_header(20_000, 20_000)  # 400 megapixels; of the pixels nothing is asked
        with pytest.raises(UnreadableImage, match="more than 179 megapixels"):
            count_frames(header)
        assert count_frames(header, Limits(pixels=400_000_000)) == 1
        with pytest.raises(UnreadableImage, match="more than 300 megapixels"):
            count_frames(header, Limits(pixels=300_000_000))


class TestWhatIsDecodedWhere:
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "PPM"])
    def test_common_pictures_start_no_process(self, pool, format):
        decode_guarded(file_of(PICTURE, format))
        assert not pool.idle

    @pytest.mark.parametrize(("format", "options"), [("TIFF", {}), ("JPEG", {"progressive": True}), ("JPEG2000", {})])
    def test_others_do(self, pool, format, options):
        decode_guarded(file_of(PICTURE, format, **options))
        assert len(pool.idle) == 1

    def test_very_large_ones_do(self, pool, monkeypatch):
        monkeypatch.setattr(guard, "_ROBUST_PIXELS", 1000)
        decode_guarded(file_of(PICTURE, "JPEG"))
        assert len(pool.idle) == 1

    def test_processes_are_used_again_and_are_as_many_as_threads(self, pool):
        decode_guarded(WHOLE)
        (first,) = pool.idle
        decode_guarded(WHOLE)
        assert pool.idle == [first]
        threads = [threading.Thread(target=lambda: [decode_guarded(WHOLE) for _ in range(5)]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 <= len(pool.idle) <= 3


@pytest.mark.skipif(sys.platform != "linux", reason="needs the signals and the C library of Linux")
class TestHostileDecoders:
    def test_hanging(self, hostile):
        assert reason(b"hang", limits=Limits(seconds=0.5)) == "decoding it took longer than 0.5 s"
        assert decode_guarded(WHOLE).width == 400

    @pytest.mark.parametrize("word", [b"crash", b"leave", b"half"])
    def test_crashing(self, hostile, word):
        assert reason(word) == "the decoder crashed"
        assert decode_guarded(WHOLE).width == 400  # by a new process
        assert reason(word) == "the decoder crashed"  # by one that was good before

    def test_asking_for_all_memory(self, hostile):
        assert "memory" in reason(b"memory") or reason(b"memory") == "the decoder crashed"

    def test_what_a_decoder_prints_is_no_answer(self, hostile):
        assert decode_guarded(b"print").width == 4

    def test_others_go_on_meanwhile(self, hostile, tmp_path):
        results = []
        source = b"until " + os.fsencode(tmp_path / "end")
        busy = threading.Thread(target=lambda: results.append(decode_guarded(source).width))
        busy.start()
        for _ in range(3):
            assert decode_guarded(WHOLE).width == 400
        assert busy.is_alive()
        (tmp_path / "end").touch()
        busy.join()
        assert results == [4]

    @pytest.mark.parametrize("sent", [signal.SIGSEGV, signal.SIGKILL])
    def test_a_real_decoder_that_is_killed_while_it_waits_is_replaced(self, pool, sent):
        decode_guarded(WHOLE)
        os.kill(pool.idle[0].pid, sent)
        assert decode_guarded(WHOLE).width == 400

    def test_a_real_decoder_that_is_stopped(self, pool):
        decode_guarded(WHOLE)
        pid = pool.idle[0].pid
        os.kill(pid, signal.SIGSTOP)
        assert reason(WHOLE, limits=Limits(seconds=0.5)) == "decoding it took longer than 0.5 s"
        assert gone(pid)
        assert decode_guarded(WHOLE).width == 400

    def test_no_process_to_be_had(self, monkeypatch):
        monkeypatch.setattr(guard, "_decoders", DecoderPool(["/nonexistent/python"]))
        assert "no process could be started" in reason(WHOLE)
        monkeypatch.setattr(guard, "_decoders", DecoderPool([sys.executable, "-c", ""]))
        assert "no process could be started" in reason(WHOLE)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
class TestTheEnd:
    def test_an_interrupt_ends_the_process_at_work(self, hostile):
        decode_guarded(WHOLE)
        pid = hostile.idle[0].pid

        def interrupt():
            while hostile.idle:
                time.sleep(0.01)
            time.sleep(0.3)  # on the way to the process
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            decode_guarded(b"hang")
        assert gone(pid)
        assert decode_guarded(WHOLE).width == 400

    def test_a_script_without_a_guard_is_run_once_and_leaves_nothing(self, tmp_path):
        (tmp_path / "a.tif").write_bytes(WHOLE)
        script = tmp_path / "script.py"
        script.write_text(
            textwrap.dedent("""
            import threading
            from pathlib import Path
            from imgclust_jupyter.imaging import decode_guarded, guard
            print("run")
            work = [threading.Thread(target=decode_guarded, args=(Path("a.tif"),)) for _ in range(3)]
            for thread in work: thread.start()
            for thread in work: thread.join()
            print(*[process.pid for process in guard._decoders.idle])
            """)
        )
        done = subprocess.run(
            [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300
        )
        assert done.stderr == ""
        run, pids = done.stdout.splitlines()
        assert run == "run"
        assert pids
        assert all(gone(int(pid)) for pid in pids.split())

    @pytest.mark.parametrize("work", ["idle", "hanging"])
    def test_decoders_end_with_a_parent_that_is_killed(self, work, tmp_path):
        program = HOSTILE.replace("ANSWERS", "3").replace("WHOLE", "b''")
        script = textwrap.dedent(f"""
            import sys, threading, time
            from imgclust_jupyter.imaging import Limits
            from imgclust_jupyter.imaging.decoder_pool import DecoderProcess
            process = DecoderProcess([sys.executable, "-c", {program!r}])
            print(process.pid, flush=True)
            if {work == "hanging"}:
                process.ask("decode", (b"hang", None, 0), Limits(seconds=1))
            time.sleep(1000)
            """)
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
            pid = int(parent.stdout.readline())
            time.sleep(0.3)
            parent.kill()
        assert gone(pid)

    def test_a_fork_does_not_use_its_parents_processes(self, pool):
        decode_guarded(WHOLE)
        assert pool.idle
        child = os.fork()
        if not child:
            os._exit(0 if not pool.idle else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert decode_guarded(WHOLE).width == 400
