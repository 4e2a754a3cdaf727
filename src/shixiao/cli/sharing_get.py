"""``shixiao sharing get``: have granted data from a gateway, with the receipt."""

from __future__ import annotations

import ssl
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from shixiao.seals.signing import SigningKey
from shixiao.seals.sm2 import Sm2Key
from shixiao.terms import BadInput, Text, Unavailable

if TYPE_CHECKING:  # the client loads when the command runs
    from shixiao.gateway.client import Client

NO_KEY = Text("没有这个密钥文件。", "there is no such key file")
NO_CERTIFICATE = Text("证书读不出：{why}。", "the certificate cannot be read: {why}")
PATIENCE, PAUSE = 10.0, 0.25  # seconds to wait for the proof, and between two looks


@click.command(
    help="经网关获取授权数据 · have granted data from a gateway.\n\n"
    "URL: 网关地址；DATASET: 数据集编号 · address of the gateway, id of the dataset."
)
@click.argument("url")
@click.argument("dataset")
@click.option("--purpose", required=True, help="用途编号 · id of the purpose")
@click.option("--case", required=True, help="办件编号 · id of the case")
@click.option(
    "--key-file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="签名私钥 · private key (shixiao sign new-key)",
)
@click.option("--key-id", required=True, help="密钥编号 · by which the gateway knows the key")
@click.option(
    "--algorithm",
    type=click.Choice(["ed25519", "sm2"]),
    default="ed25519",
    show_default=True,
    help="签名算法 · of the signature",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, dir_okay=False),
    help="网关证书的签发方 · who issued the gateway's certificate",
)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    help="己方证书与私钥（PEM）· own certificate with its key, for mutual TLS",
)
@click.option(
    "--person-file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="第一行为查询键；省略即取批量 · the first line is the key; without it a batch is had",
)
@click.option("--proof", type=click.Path(path_type=Path, dir_okay=False), help=".tlog-proof")
def get(
    url: str,
    dataset: str,
    purpose: str,
    case: str,
    key_file: Path,
    key_id: str,
    algorithm: str,
    ca: Path | None,
    certificate: Path | None,
    person_file: IO[str] | None,
    proof: Path | None,
) -> None:
    """Look one person up, or take a batch to its end; the data go to standard output."""
    from shixiao.gateway.client import Client

    try:
        data = key_file.read_bytes()
    except FileNotFoundError:
        raise BadInput(NO_KEY, file=key_file.name) from None
    key = Sm2Key.parse(data) if algorithm == "sm2" else SigningKey.parse(data)
    with closing(Client(url, key, key_id, tls=_tls(ca, certificate))) as client:
        _had(client, dataset, purpose=purpose, case=case, person_file=person_file, proof=proof)


def _had(
    client: Client,
    dataset: str,
    *,
    purpose: str,
    case: str,
    person_file: IO[str] | None,
    proof: Path | None,
) -> None:
    if person_file is not None:
        person = person_file.readline().strip()
        had = client.look_up(dataset, purpose=purpose, case=case, key=person)
        sys.stdout.buffer.write(had.body + b"\n")
    else:
        had = client.batch(dataset, purpose=purpose, case=case)
        sys.stdout.buffer.write(had.body)
        while had.cursor:
            had = client.batch(dataset, purpose=purpose, case=case, cursor=had.cursor)
            sys.stdout.buffer.write(had.body.partition(b"\n")[2])
    sys.stdout.buffer.flush()
    click.echo(f"receipt {had.receipt}", err=True)
    if proof is not None:
        proof.write_bytes(_proof(client, had.receipt))


def _tls(ca: Path | None, certificate: Path | None) -> ssl.SSLContext | None:
    """Return whom to trust and what to show; None for what the system has it.

    Raises:
        BadInput: a file is not there, or holds no certificate.
    """
    if ca is None and certificate is None:
        return None
    try:
        context = ssl.create_default_context(cafile=ca)
        if certificate is not None:
            context.load_cert_chain(certificate)
    except (OSError, ValueError) as error:
        raise BadInput(NO_CERTIFICATE.format(why=error)) from None
    return context


def _proof(client: Client, receipt: str) -> bytes:
    """Wait for the proof of the last receipt.

    Raises:
        Unavailable: it does not come.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = client.proof(receipt)
        if found is not None:
            return found
        time.sleep(PAUSE)
    raise Unavailable(Text("收据尚未入账，请稍后再取。", "the receipt is not yet in the tree"))
