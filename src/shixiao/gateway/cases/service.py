"""Cases that a service of the department knows: one allowed address that answers JSON.

The answer is an object with the columns that the config names; 404 says that there is no such case.
Redirects are not followed, and no answer is kept.
"""

from __future__ import annotations

from shixiao.gateway.cases.checking import Matter
from shixiao.gateway.config import CasesConfig, Limits
from shixiao.gateway.fetching import Fetching, objects_of
from shixiao.gateway.refusals import Refused


class ServiceCases:
    """A service that is asked for one case at a time.

    Args:
        config: its address, with ``{case}`` where the id stands, and names in its answer.
        limits: size and time.
    """

    def __init__(self, config: CasesConfig, limits: Limits) -> None:
        self._config = config
        self._fetching = Fetching(limits, down="cases_down", slow="cases_down")

    async def find(self, case: str) -> Matter | None:
        """Look the case up; see ``Cases``."""
        config = self._config
        data = await self._fetching.get(config.place, {}, case=case)
        if data is None:
            return None
        found = objects_of(data)
        names = (config.kind, config.subject, config.closed)
        if found is None or len(found) != 1 or not {*names, config.case} <= found[0].keys():
            raise Refused("cases_down")
        (row,) = found
        if str(row[config.case]) != case:
            raise Refused("cases_down")  # it answers with another case than was asked for
        return Matter(*(row[name] for name in names))

    async def close(self) -> None:
        """Close connections."""
        await self._fetching.close()
