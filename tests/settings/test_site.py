"""Settings of the site: addresses of databases, switches, and one sentence for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from shixiao.settings import Database, Site
from shixiao.terms import BadInput

PG = "postgresql"
ADDRESSES = [
    ("postgresql://u:p%40ss@db:5432/city", Database(PG, "city", "u", "p@ss", "db", "5432")),
    ("postgres://u@/city?host=/run/pg", Database(PG, "city", "u", "", "/run/pg", "")),
    ("postgresql://db/city", Database(PG, "city", "", "", "db", "")),
    ("sqlite:////var/lib/records", Database("sqlite", "/var/lib/records")),
    ("sqlite:///records", Database("sqlite", "records")),
]


@pytest.mark.parametrize(("address", "database"), ADDRESSES)
def test_an_address_of_a_database_is_read(address: str, database: Database) -> None:
    assert Database.parse(address) == database


NO_ADDRESSES = [
    *("mysql://u@db/city", "postgresql://db", "city", "sqlite://", "sqlite:///"),
    *("postgresql://u@db:main/city", "postgresql://u@db:99999/city", "postgresql://[db/city"),
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_an_address_of_no_database_is_told(address: str) -> None:
    with pytest.raises(BadInput, match="DATABASE_URL"):
        Database.parse(address)


def test_without_an_environment_everything_lies_in_one_folder(tmp_path: Path) -> None:
    site = Site.from_environment({"SHIXIAO_DATA": str(tmp_path)})
    assert site.database == Database("sqlite", str(tmp_path / "records.sqlite3"))
    assert (site.tls, site.proxied, site.oidc) == (False, False, ())
    assert site.hosts == ("127.0.0.1", "localhost")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHIXIAO_TLS", "maybe"),
        ("SHIXIAO_UPLOAD_MB", "much"),
        ("SHIXIAO_UPLOAD_MB", "10²"),
        ("SHIXIAO_UPLOAD_MB", "9" * 5000),
        ("SHIXIAO_OIDC", "issuer,id"),
        ("SHIXIAO_MAIL", "smtps://user:hunter2@host"),
        ("SHIXIAO_MAIL", "smtp://host:port"),
        ("SHIXIAO_MAIL", "host"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=name) as told:
        Site.from_environment({name: value})
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("address", ["", "smtp://host", "smtp+tls://u:p@host:587"])
def test_an_address_of_a_mail_server_is_kept_as_it_is(address: str) -> None:
    assert Site.from_environment({"SHIXIAO_MAIL": address}).mail == address
