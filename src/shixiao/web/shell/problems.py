"""Problems: every refusal as a clear page, or as JSON (RFC 9457) where a program asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render

from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows.refusals import (
    NOT_FOUND,
    NOT_YOURS,
    Forbidden,
    Incomplete,
    Missing,
    Refused,
    Stale,
    TooOften,
    WrongToken,
)

logger = logging.getLogger("shixiao.web")
NUL, EMPTY = "\x00", QueryDict()

OURS = Text(
    "系统出了差错，已经记录，您提交的内容没有生效。请稍后再试；如果仍然如此，请联系管理员。",
    "Something went wrong on our side and was logged; what you sent had no effect."
    " Try again later, and tell the administrator if it stays so.",
)
STALE_FORM = Text(
    "这张表单已经过期（可能是登录已过期，或在别处退出了登录）。请返回上一页，刷新后重新提交。",
    "This form has expired, perhaps because you were signed out. Go back, reload the page and"
    " send it again.",
)
TOO_LARGE = Text(
    "提交的内容过大或文件过多，没有收下。请减小后再提交。",
    "What you sent is too large or has too many files, and was not taken. Make it smaller.",
)
TOO_MANY = Text(
    "您的操作太频繁，这一次没有处理。请等一分钟再试。",
    "You did this too often in a short time, and this attempt was not handled. Wait a minute.",
)
MALFORMED = Text("请求的格式不对，没有处理。", "The request is malformed and was not handled.")
STATUS: dict[type[Exception], HTTPStatus] = {
    Forbidden: HTTPStatus.FORBIDDEN,
    Missing: HTTPStatus.NOT_FOUND,
    Stale: HTTPStatus.CONFLICT,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    WrongToken: HTTPStatus.UNAUTHORIZED,
    Incomplete: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
# What Django itself refuses; the first that fits answers.
ANSWERS: tuple[tuple[tuple[type[Exception], ...], HTTPStatus, Text], ...] = (
    ((Http404,), HTTPStatus.NOT_FOUND, NOT_FOUND),
    ((PermissionDenied,), HTTPStatus.FORBIDDEN, NOT_YOURS),
    ((RequestDataTooBig, TooManyFilesSent), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE),
    ((SuspiciousOperation,), HTTPStatus.BAD_REQUEST, MALFORMED),
)
TITLES = {
    HTTPStatus.BAD_REQUEST: Text("请求有误", "Bad request"),
    HTTPStatus.UNAUTHORIZED: Text("令牌无效", "Token not valid"),
    HTTPStatus.FORBIDDEN: Text("不能办理", "Not allowed"),
    HTTPStatus.NOT_FOUND: Text("没有找到", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Text("不能这样打开", "Not opened this way"),
    HTTPStatus.CONFLICT: Text("情况已经改变", "Things have changed"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Text("内容过大", "Too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: Text("还不能办理", "Not yet possible"),
    HTTPStatus.TOO_MANY_REQUESTS: Text("请稍后再试", "Try again later"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Text("系统出错", "An error on our side"),
    HTTPStatus.SERVICE_UNAVAILABLE: Text("暂时不能服务", "Not available for now"),
}


class Problems:
    """Turns what views raise into answers; nothing of a traceback reaches a reader."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self._answer(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Refuse a text with the sign 0, which no text has and PostgreSQL does not take."""
        del view
        posted: Any = getattr(request, "_post", EMPTY)  # of a form that was read
        if any(NUL in each for each in (request.path_info, *_texts(request.GET), *_texts(posted))):
            return problem(request, HTTPStatus.BAD_REQUEST, MALFORMED)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with the problem; what is not known is logged and told as ours."""
        if isinstance(error, (Refused, Unavailable)):
            answer = problem(request, _status(error), error.text)
            if isinstance(error, TooOften):
                answer["Retry-After"] = str(error.seconds)
            return answer
        if isinstance(error, BadInput):
            text = Text(error.in_language("zh"), error.in_language("en"))
            return problem(request, _status(error), text)
        for kinds, status, text in ANSWERS:
            if isinstance(error, kinds):
                return problem(request, status, text)
        logger.error("%s %s", request.method, request.path, exc_info=error)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, OURS)


def _status(error: Exception) -> HTTPStatus:
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def is_program(request: HttpRequest) -> bool:
    """True where a program asks, by the address."""
    return request.path.startswith(("/api/", "/metrics"))


def _texts(given: QueryDict) -> Iterator[str]:
    """Give every name and every value of what was sent."""
    for name, values in given.lists():
        yield name
        yield from map(str, values)


def problem(request: HttpRequest, status: HTTPStatus, text: Text) -> HttpResponse:
    """Return the answer in the form that was asked for."""
    title = TITLES[status]
    if is_program(request):
        body = {
            "type": "about:blank",
            "status": int(status),
            "title": title.en,
            "detail": text.en,
            "title_zh": title.zh,
            "detail_zh": text.zh,
        }
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return render(request, "shell/problem.html.j2", {"title": title, "text": text}, status=status)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token does not fit."""
    del reason
    return problem(request, HTTPStatus.FORBIDDEN, STALE_FORM)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    del exception
    return problem(request, HTTPStatus.NOT_FOUND, NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is not in its form."""
    del exception
    return problem(request, HTTPStatus.BAD_REQUEST, MALFORMED)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself forbids."""
    del exception
    return problem(request, HTTPStatus.FORBIDDEN, STALE_FORM)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer what was asked too often."""
    return problem(request, HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when an answer failed."""
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, OURS)
