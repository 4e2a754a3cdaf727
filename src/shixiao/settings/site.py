"""Settings of the site: where its records, files, keys and ledger are, and how it is reached."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from shixiao.settings.reading import mail_server, networks, several, whole_number, yes_or_no
from shixiao.terms import BadInput, Text

POSTGRESQL = {"postgres", "postgresql"}
NO_DATABASE = BadInput(
    Text(
        "DATABASE_URL 应形如 postgresql://用户:口令@主机:5432/库名 或 sqlite:///路径。",
        "DATABASE_URL must look like postgresql://user:password@host:5432/name or sqlite:///path",
    )
)


@dataclass(frozen=True, slots=True)
class Database:
    """Where the records are.

    Attributes:
        engine: ``sqlite`` or ``postgresql``.
        name: path of the file, or name of the database.
        user: "" for the one of the operating system.
        password: "" for none.
        host: "" for a local socket.
        port: "" for the usual one.
    """

    engine: str
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""

    @classmethod
    def parse(cls, url: str) -> Database:
        """Read ``postgresql://user:password@host:5432/name`` or ``sqlite:///path``.

        A folder with the socket of a local server may be given as ``?host=/folder``.

        Raises:
            BadInput: the address is none of a database that is supported.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # brackets that do not close, a port that is no number
            raise NO_DATABASE from None
        name = unquote(parts.path).removeprefix("/")
        if parts.scheme == "sqlite" and name:
            return cls("sqlite", name)
        if parts.scheme not in POSTGRESQL or not name:
            raise NO_DATABASE
        asked = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
        return cls(
            "postgresql",
            name,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(asked.get("host", "")) or parts.hostname or "",
            str(port or ""),
        )


@dataclass(frozen=True, slots=True)
class Site:
    """What the machine decides about the site.

    Attributes:
        data: folder of records, files, results, keys and ledger (``SHIXIAO_DATA``).
        database: where the records are (``DATABASE_URL``; a file in the folder by default).
        secret: signs sessions and links (``SHIXIAO_SECRET_KEY``; else a key file is made).
        data_keys: keys of encrypted columns and files, base64 of 32 bytes, commas between; the
            first encrypts, all decrypt (``SHIXIAO_DATA_KEYS``; else a key file is made).
        hosts: names under which the site is reached (``SHIXIAO_HOSTS``).
        tls: True behind TLS: cookies travel encrypted alone, browsers are told to insist
            (``SHIXIAO_TLS``).
        proxied: True where a proxy of ours stands in front, whose headers are believed
            (``SHIXIAO_PROXIED``).
        origin: name of the ledger, as its checkpoints carry it (``SHIXIAO_LEDGER_ORIGIN``).
        mail: address of the mail server, ``smtp://user:password@host:587``; "" writes mails into
            a folder (``SHIXIAO_MAIL``).
        sender: from whom mails come (``SHIXIAO_MAIL_FROM``).
        sms: command that sends a text message, which it gets on standard input; "" for none
            (``SHIXIAO_SMS_COMMAND``).
        oidc: issuer, client id and secret of the government single sign-on, commas between; empty
            for none (``SHIXIAO_OIDC``).
        oidc_number: claim in which single sign-on tells the number of the person's document of
            identity (``SHIXIAO_OIDC_NUMBER``).
        upload: largest upload, in MiB (``SHIXIAO_UPLOAD_MB``).
        probe_networks: private networks into which the site itself may send probes, where a
            consent names them too; none by default (``SHIXIAO_PROBE_NETWORKS``).
        tools: folder of the tools of ``make probes`` (``SHIXIAO_PROBES``).
        osv_keys: public keys of those whose bundles of vulnerabilities are believed, base64,
            commas between; none by default (``SHIXIAO_OSV_KEYS``).
    """

    data: Path
    database: Database
    secret: str
    data_keys: tuple[str, ...]
    hosts: tuple[str, ...]
    tls: bool
    proxied: bool
    origin: str
    mail: str
    sender: str
    sms: str
    oidc: tuple[str, ...]
    oidc_number: str
    upload: int
    probe_networks: tuple[str, ...]
    tools: Path
    osv_keys: tuple[str, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Site:
        """Read the settings.

        Raises:
            BadInput: a value is not what it should be; it is named.
        """
        env = os.environ if environment is None else environment
        home = env.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
        data = Path(env.get("SHIXIAO_DATA") or Path(home) / "shixiao").absolute()
        url = env.get("DATABASE_URL", "")
        oidc = several(env, "SHIXIAO_OIDC")
        if oidc and len(oidc) != 3:
            raise BadInput(
                Text(
                    "SHIXIAO_OIDC 应为以逗号隔开的三项：颁发者网址、客户端编号、密钥。",
                    "SHIXIAO_OIDC takes three values with commas between:"
                    " issuer, client id, secret",
                )
            )
        return cls(
            data=data,
            database=Database.parse(url)
            if url
            else Database("sqlite", str(data / "records.sqlite3")),
            secret=env.get("SHIXIAO_SECRET_KEY", ""),
            data_keys=several(env, "SHIXIAO_DATA_KEYS"),
            hosts=several(env, "SHIXIAO_HOSTS", "127.0.0.1,localhost"),
            tls=yes_or_no(env, "SHIXIAO_TLS"),
            proxied=yes_or_no(env, "SHIXIAO_PROXIED"),
            origin=env.get("SHIXIAO_LEDGER_ORIGIN") or "shixiao.invalid/ledger",
            mail=mail_server(env),
            sender=env.get("SHIXIAO_MAIL_FROM") or "shixiao@localhost",
            sms=env.get("SHIXIAO_SMS_COMMAND", ""),
            oidc=oidc,
            oidc_number=env.get("SHIXIAO_OIDC_NUMBER") or "id_number",
            upload=whole_number(env, "SHIXIAO_UPLOAD_MB", 2048),
            probe_networks=networks(env, "SHIXIAO_PROBE_NETWORKS"),
            tools=Path(env.get("SHIXIAO_PROBES") or ".probes").absolute(),
            osv_keys=several(env, "SHIXIAO_OSV_KEYS"),
        )
