"""Filled-in forms as XML instances (OpenRosa), none of which is trusted.

Entities and DTDs are refused before anything of them is kept, and size, depth and the number of
elements are limited. Source: docs.getodk.org, OpenRosa metadata schema and form submission.
"""

from __future__ import annotations

from xml.parsers import expat

from shixiao.effect.fieldtests.odk.record import Record
from shixiao.terms import BadInput, Text

LARGEST = 1 << 20  # bytes of one instance
DEEPEST, MOST_ELEMENTS = 12, 5000
_DTD = Text(
    "带有 DTD 或实体声明，可能被用来耗尽内存，已拒绝；请从服务器重新导出。",
    "it declares a DTD or entities, which can be used to exhaust memory; export it from the server"
    " again",
)
_LARGE = Text(
    "过大或层次过多，不像是填好的表单；请从服务器重新导出。",
    "it is too large or nested too deep for a filled-in form; export it from the server again",
)
_ENCODING = Text(
    "XML 声明的编码无法读取；请用 UTF-8 重新导出。",
    "the encoding that the XML declares cannot be read; export it again in UTF-8",
)
_NO_INSTANCE = Text(
    "不是填好的表单：缺少表单编号或 instanceID；请从服务器重新导出。",
    "this is no filled-in form: the id of the form or the instanceID is missing; export it from the"
    " server again",
)


def read_instance(data: bytes, file: str) -> Record:
    """Return the fields of one XML instance.

    Raises:
        BadInput: it is no XML, declares entities, is too large, or is no filled-in form.
    """
    if len(data) > LARGEST:
        raise BadInput(_LARGE, file=file)
    handler = _Handler(file)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = handler.refuse
    parser.EntityDeclHandler = handler.refuse
    parser.StartElementHandler = handler.start
    parser.CharacterDataHandler = handler.text
    parser.EndElementHandler = handler.end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise BadInput(
            Text(
                f"XML 第 {error.lineno} 行不合规范（{reason}）；请从服务器重新导出。",
                f"the XML is not well-formed at line {error.lineno} ({reason}); export it again",
            ),
            file=file,
        ) from None
    except BadInput:
        raise
    except (LookupError, ValueError):  # the encoding that it declares, of which expat has no map
        raise BadInput(_ENCODING, file=file) from None
    instance_id = handler.fields.pop("instanceID", "")
    if not handler.root.get("id") or not instance_id:
        raise BadInput(_NO_INSTANCE, file=file)
    return Record(handler.fields, instance_id, handler.root.get("version", ""), file)


class _Handler:
    """Collects the leaves of an instance by their local names."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self._open: list[tuple[str, list[str]]] = []
        self._elements = 0
        self._leaf = False

    def refuse(self, *_: object) -> None:
        raise BadInput(_DTD, file=self.file)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open:
            self.root = attributes
        self._elements += 1
        self._open.append((tag.rpartition(":")[2], []))
        self._leaf = True
        if len(self._open) > DEEPEST or self._elements > MOST_ELEMENTS:
            raise BadInput(_LARGE, file=self.file)

    def text(self, data: str) -> None:
        if self._open:
            self._open[-1][1].append(data)

    def end(self, _: str) -> None:
        name, parts = self._open.pop()
        value = "".join(parts).strip()
        if self._leaf and value and self._open:
            if name in self.fields:
                raise BadInput(
                    Text(
                        "同一个问题出现了两次；请从服务器重新导出。",
                        "a question occurs twice; export it from the server again",
                    ),
                    file=self.file,
                    column=name,
                )
            self.fields[name] = value
        self._leaf = False
