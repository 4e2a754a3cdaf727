"""Where a department's data lie: the address as it is used, and as it may be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shixiao.terms import BadInput, Text, Unavailable

# Scheme as people write it → dialect and driver.
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}
SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Address:
    """A database or a path.

    Attributes:
        shown: how it is named in results: without password, without the user's other options.
        url: the address of a database; None for files. It holds the password and is never printed.
        path: the file or folder; None for a database on a server.
    """

    shown: str
    url: URL | None = field(default=None, repr=False)
    path: Path | None = None


def address_of(written: str) -> Address:
    """Return where to look.

    Args:
        written: a URL of PostgreSQL, MySQL, MariaDB or SQLite, or the path of a file or folder.

    Raises:
        BadInput: nothing is there, or the URL cannot be read.
        Unavailable: it is a kind of database that is not known.
    """
    scheme, separator, _ = written.partition("://")
    if not separator:
        return _path(Path(written))
    scheme = scheme.lower().partition("+")[0]
    if scheme == "file":
        return _path(Path(urlsplit(written).path))
    if scheme not in DRIVERS:
        raise Unavailable(
            Text(
                f"不认识“{scheme}”类数据库；可用 postgresql、mysql、mariadb、sqlite 或文件路径。",
                f"“{scheme}” is no known kind of database; use postgresql, mysql, mariadb, sqlite"
                " or the path of files.",
            )
        )
    try:
        url = make_url(f"{DRIVERS[scheme]}://{written.partition('://')[2]}")
    except (ArgumentError, ValueError):
        raise _unreadable() from None
    if scheme == "sqlite":
        if not url.database:
            raise _unreadable()
        return _sqlite(Path(url.database))
    shown = URL.create(scheme, url.username, None, url.host, url.port, url.database)
    return Address(shown.render_as_string(), url=url)


def _path(path: Path) -> Address:
    if not path.exists():
        raise BadInput(
            Text("没有这个文件或文件夹。", "There is no such file or folder."), file=path.name
        )
    if path.is_file():
        with path.open("rb") as stream:
            if stream.read(len(SQLITE)) == SQLITE:
                return _sqlite(path)
    return Address(str(path), path=path)


def _sqlite(path: Path) -> Address:
    if not path.is_file():
        raise BadInput(Text("没有这个数据库文件。", "There is no such database."), file=path.name)
    # Opened by URI, so that SQLite itself refuses every change.
    plain = path.resolve().as_uri().removeprefix("file://")
    url = URL.create("sqlite", database=f"file:{plain}", query={"mode": "ro", "uri": "true"})
    return Address(f"sqlite:///{path}", url=url, path=path)


def _unreadable() -> BadInput:
    return BadInput(
        Text(
            "数据库地址写得不对；应形如 postgresql://用户:口令@主机/库名，"
            "口令中的特殊字符用 % 编码。",
            "The address cannot be read; write postgresql://user:password@host/database, with"
            " special characters of the password in % form.",
        )
    )
