"""Files of a draw: the record, the frozen pool, the commitment of a sealed draw and its opening.

All are canonical JSON without a line end, so that the SHA-256 of a record's file is the hash by
which other records name it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from shixiao.seals import canonical_json, sha256_of
from shixiao.terms import BadInput, Text

SHORTEST_SALT = 16  # characters
FROZEN, COMMITMENT, OPENING = "frozen", "commitment", "opening"
SCHEMAS = {name: f"shixiao/draw-{name}/1" for name in (FROZEN, COMMITMENT, OPENING)}
DIGEST = re.compile(r"[0-9a-f]{64}")


def write(content: Mapping[str, Any], out: Path | None, kind: str) -> Path:
    """Write a file and return its path; without a name it is called by kind and hash.

    Raises:
        BadInput: another file has that name, or the place cannot be written to.
    """
    data = canonical_json(content)
    path = out or Path(f"{kind}-{sha256_of(content)[:12]}.json")
    try:
        if path.exists():
            if path.read_bytes() == data:
                return path
            raise BadInput(
                Text(
                    "已有同名文件，不会覆盖；重新抽签请用 --redraw-of 和 --reason，并另取文件名。",
                    "a file of that name exists and is not written over; a redraw takes "
                    "--redraw-of and --reason, and another name",
                ),
                file=path.name,
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".writing-") as folder:
            (Path(folder) / path.name).write_bytes(data)
            (Path(folder) / path.name).replace(path)
    except OSError as error:
        raise BadInput(
            Text(
                f"无法写入（{error.strerror}）；请换一个位置。",
                f"it cannot be written ({error.strerror}); choose another place",
            ),
            file=path.name,
        ) from None
    return path


def seal(transcript: Mapping[str, Any], nonce: str, out: Path | None) -> dict[str, Any]:
    """Write commitment and opening apart; return what may be told before the opening."""
    from shixiao import draw as room

    commitment = room.commit(transcript, nonce)
    name = out.with_suffix("") if out else Path(f"draw-{commitment[:12]}")
    public = {
        "schema": SCHEMAS[COMMITMENT],
        "commitment": commitment,
        "root": transcript["root"],
        "algorithm": transcript["frozen"]["algorithm"],
        "tag": transcript["frozen"]["tag"],
    }
    secret = {
        "schema": SCHEMAS[OPENING],
        "commitment": commitment,
        "nonce": nonce,
        "transcript": transcript,
    }
    files = {
        kind: write(content, name.with_name(f"{name.name}.{kind}.json"), kind)
        for kind, content in ((COMMITMENT, public), (OPENING, secret))
    }
    return {
        "panel": [],
        "replacements": [],
        "transcript": None,
        "commitment": commitment,
        "commitment_file": str(files[COMMITMENT]),
        "opening_file": str(files[OPENING]),
    }


def opened(file: Path, commitment: str | None) -> tuple[dict[str, Any], Text | None]:
    """Return the transcript of a record or an opening, and what is wrong with the opening."""
    from shixiao import draw as room

    content = room.read_json(file)
    if not isinstance(content, dict) or content.get("schema") != SCHEMAS[OPENING]:
        if commitment is not None:
            raise BadInput(
                Text(
                    "--commitment 要配合开封文件使用。",
                    "--commitment goes with the opening of a draw",
                ),
                file=file.name,
            )
        return content, None
    if commitment is None:
        raise BadInput(
            Text(
                "这是封存抽签的开封文件；请用 --commitment 给出当时公布的承诺值。",
                "this is the opening of a sealed draw; give the commitment that was published "
                "with --commitment",
            ),
            file=file.name,
        )
    transcript = content.get("transcript")
    nonce = content.get("nonce")
    if not isinstance(transcript, dict) or not isinstance(nonce, str):
        raise _no(file)
    if room.opens(_digest(commitment), transcript, nonce):
        return transcript, None
    return transcript, Text(
        "开封的内容不是当时承诺的那一份。", "What is opened is not what was committed to."
    )


def holding(file: Path) -> dict[str, Any]:
    """Return a record that holds, to be amended or put aside.

    Raises:
        BadInput: it is none, or it was altered.
    """
    from shixiao import draw as room

    transcript = room.read_json(file)
    checked = room.verify(transcript, optimum=False)
    if checked.why is not None:
        raise BadInput(checked.why, file=file.name)
    found: dict[str, Any] = transcript
    return found


def parsed(file: Path, kind: str) -> dict[str, Any]:
    """Return one of the files that this command writes.

    Raises:
        BadInput: it is of another kind.
    """
    from shixiao import draw as room

    content = room.read_json(file)
    if not isinstance(content, dict) or content.get("schema") != SCHEMAS[kind]:
        raise _no(file)
    return content


def salt_of(file: Path | None) -> str | None:
    """Read the salt, which is secret and so never stands on a command line."""
    if file is None:
        return None
    try:
        salt = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            Text("读不出盐值文件。", "the file of the salt cannot be read"), file=file.name
        ) from None
    if len(salt) < SHORTEST_SALT:
        raise BadInput(
            Text(
                f"盐值少于 {SHORTEST_SALT} 个字符，容易被试出；可用 openssl rand -hex 32 生成。",
                f"the salt has fewer than {SHORTEST_SALT} characters and can be guessed; make one "
                "with: openssl rand -hex 32",
            ),
            file=file.name,
        )
    return salt


def tell(answer: Mapping[str, Any], lines: Iterable[Text], *, as_json: bool, language: str) -> None:
    """Print the answer as JSON or in words."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    for line in lines:
        click.echo(line.in_language(language))


def _digest(commitment: str) -> str:
    """Return a commitment that is written out or stands in a file."""
    if DIGEST.fullmatch(commitment):
        return commitment
    found = parsed(Path(commitment), COMMITMENT).get("commitment")
    if isinstance(found, str) and DIGEST.fullmatch(found):
        return found
    raise _no(Path(commitment))


def _no(file: Path) -> BadInput:
    return BadInput(
        Text(
            "这不是 shixiao draw 写出的这一类文件。",
            "this is no file of that kind as shixiao draw writes it",
        ),
        file=file.name,
    )
