"""What the tables of a synthetic city show, read straight from its files, without any detector.

Each function returns {subject: (hits, of how many)} for one observable.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from scipy.sparse import csr_matrix

from shixiao.rules import load_calendar
from shixiao.seals import person_code

Shares = dict[str, tuple[int, int]]
CUT = "TIMESTAMP '2026-08-15'"  # cases opened later may not have run their course


class Observer:
    """A city's files as views of one connection; duplicates of events are taken out."""

    def __init__(self, folder: Path) -> None:
        self.sql = duckdb.connect()
        self.sql.execute("SET threads = 2")
        for path in sorted(folder.iterdir()):
            if path.suffix in (".csv", ".parquet"):
                reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
                more = ", all_varchar=true" if path.suffix == ".csv" else ""
                source = f"{reader}('{path}'{more})"
                distinct = "DISTINCT" if path.stem == "events" else ""
                name = f'"{path.stem}"'
                self.sql.execute(f"CREATE VIEW {name} AS SELECT {distinct} * FROM {source}")
        self.sql.execute(
            "CREATE TABLE case_ AS SELECT * EXCLUDE (person_key), person_key AS person FROM cases"
        )
        self.sql.execute(
            "CREATE TABLE step AS SELECT e.case_id, c.service_id, c.channel,"
            " e.activity, e.ts, e.seq,"
            " e.actor, e.place, e.clock, e.legal_basis, c.opened, c.closed, c.outcome"
            " FROM events e JOIN case_ c USING (case_id)"
        )

    def shares(self, query: str) -> Shares:
        """Run a query that yields (subject, hits, of how many)."""
        rows = self.sql.execute(query).fetchall()
        return {str(subject): (int(hits or 0), int(n)) for subject, hits, n in rows}

    def half_online(self) -> Shares:
        return self.shares(
            "WITH per AS (SELECT service_id, case_id, arg_min(place, seq) AS first,"
            " min(opened) AS o,"
            " min(ts) FILTER (place = 'counter' AND actor = 'applicant') AS came"
            f" FROM step WHERE channel = 'online' AND opened < {CUT} GROUP BY ALL)"
            " SELECT service_id, count(*) FILTER (came <= o + INTERVAL 30 DAY), count(*) FROM per"
            " WHERE first = 'online' GROUP BY 1"
        )

    def evaluators(self, flagged: str) -> Shares:
        """Count tests of each evaluator, by the code that results use."""
        rows = self.sql.execute(
            "WITH t AS (SELECT evaluator_id, test_id, min(ts) AS begun,"
            " date_diff('second', min(ts::TIMESTAMP), max(ts::TIMESTAMP)) AS took,"
            " string_agg(minutes, ';' ORDER BY step) AS noted FROM field_tests GROUP BY ALL),"
            " s AS (SELECT *, lag(noted) OVER (PARTITION BY evaluator_id ORDER BY begun, test_id)"
            " AS before FROM t)"
            f" SELECT evaluator_id, count(*) FILTER ({flagged}), count(*) FROM s GROUP BY 1"
        ).fetchall()
        return {person_code(str(who)): (int(hits), int(n)) for who, hits, n in rows}

    def hasty(self) -> Shares:
        return self.evaluators("took <= 60")

    def own(self) -> Shares:
        return self.evaluators("noted = before")

    def not_completed(self, group: str) -> dict[str, tuple[int, int, int, int]]:
        """Per service: (lost, all) of the group and (lost, all) of the rest."""
        inside = {
            "age": "g.value IN ('60-74', '75+')",
            "disability": "g.value = 'yes'",
            "rural": "right(c.region, 1) = '县'",
        }[group]
        join = (
            ""
            if group == "rural"
            else " JOIN groups g ON g.case_id = c.case_id AND g.attribute = "
            + ("'age_band'" if group == "age" else "'disability'")
        )
        rows = self.sql.execute(
            "SELECT service_id, count(*) FILTER (lost AND member), count(*) FILTER (member),"
            " count(*) FILTER (lost AND NOT member), count(*) FILTER (NOT member) FROM"
            f" (SELECT c.service_id, c.outcome <> 'completed' AS lost, {inside} AS member"
            f" FROM case_ c{join} WHERE c.outcome <> 'open' AND c.region IS NOT NULL) GROUP BY 1"
        ).fetchall()
        return {row[0]: tuple(int(v) for v in row[1:]) for row in rows}

    def restart(self) -> Shares:
        return self.shares(
            "WITH per AS (SELECT service_id, case_id, bool_or(clock = 'suspend' AND"
            " legal_basis IS NULL)"
            " AND bool_or(clock = 'resume') AS hit FROM step WHERE closed IS NOT NULL GROUP BY ALL)"
            " SELECT service_id, count(*) FILTER (hit), count(*) FROM per GROUP BY 1"
        )

    def reopen(self) -> Shares:
        return self.shares(
            "WITH again AS (SELECT DISTINCT a.case_id FROM case_ a JOIN cases b ON"
            " b.service_id = a.service_id AND b.person_key = a.person AND b.case_id <> a.case_id"
            " AND b.opened > a.closed AND b.opened <= a.closed + INTERVAL 3 DAY"
            " WHERE a.outcome IN ('rejected', 'withdrawn'))"
            " SELECT service_id, count(*) FILTER (case_id IN (FROM again)), count(*) FROM case_"
            " WHERE closed IS NOT NULL GROUP BY 1"
        )

    def batch(self) -> Shares:
        return self.shares(
            "WITH stamped AS (SELECT service_id, case_id, activity, count(*) OVER"
            " (PARTITION BY service_id, activity, ts) AS n FROM step WHERE actor = 'official'),"
            " per AS (SELECT case_id, count(DISTINCT activity) FILTER (n > 5) AS k"
            " FROM stamped GROUP BY 1)"
            " SELECT service_id, count(*) FILTER (k >= 2), count(*) FROM case_ LEFT JOIN per"
            " USING (case_id) GROUP BY 1"
        )

    def speed(self) -> Shares:
        return self.shares(
            "WITH near AS (SELECT case_id, ts - lag(ts, 2) OVER (PARTITION BY"
            " case_id ORDER BY ts, seq)"
            " AS gap FROM step WHERE actor = 'official'),"
            " per AS (SELECT case_id, min(gap) AS gap FROM near GROUP BY 1)"
            " SELECT service_id, count(*) FILTER (gap <= INTERVAL 60 SECOND), count(*) FROM case_"
            " LEFT JOIN per USING (case_id) GROUP BY 1"
        )

    def order(self) -> Shares:
        return self.shares(
            "WITH per AS (SELECT case_id, bool_or(ts > closed + INTERVAL 1 DAY OR ts"
            " < opened) AS hit"
            " FROM step WHERE actor = 'official' GROUP BY 1)"
            " SELECT service_id, count(*) FILTER (hit), count(*) FROM case_ LEFT JOIN per"
            " USING (case_id) GROUP BY 1"
        )

    def quick(self) -> Shares:
        return self.shares(
            "SELECT r.service_id, count(*) FILTER (r.ts <= c.closed + INTERVAL 10 SECOND), count(*)"
            " FROM ratings r JOIN cases c USING (case_id) GROUP BY 1"
        )

    def device(self) -> Shares:
        return self.shares(
            "SELECT service_id, count(*) FILTER (n >= 5), count(*) FROM (SELECT service_id,"
            " count(*) OVER (PARTITION BY service_id, device_id) AS n FROM ratings"
            " WHERE device_id IS NOT NULL) GROUP BY 1"
        )

    def text(self) -> Shares:
        return self.shares(
            "SELECT service_id, count(*) FILTER (n > 1), count(*) FROM (SELECT service_id, count(*)"
            " OVER (PARTITION BY service_id, regexp_replace(text, '[0-9\\s\\pP~！]', '', 'g')) AS n"
            " FROM ratings WHERE text IS NOT NULL) GROUP BY 1"
        )

    def solicited(self) -> dict[str, tuple[int, int, int, int]]:
        """Per service: (level 5, all) among solicited and among the others."""
        rows = self.sql.execute(
            "SELECT service_id, count(*) FILTER (level = 5 AND solicited = 1),"
            " count(*) FILTER (solicited = 1), count(*) FILTER (level = 5 AND solicited = 0),"
            " count(*) FILTER (solicited = 0) FROM ratings GROUP BY 1"
        ).fetchall()
        return {row[0]: tuple(int(v) for v in row[1:]) for row in rows}

    def repeated(self) -> Shares:
        return self.shares(
            "WITH f AS (SELECT f.*, e.department_id AS leads, row_number() OVER (PARTITION BY"
            " f.department_id, f.audience, f.element_id ORDER BY f.form_id) AS nth FROM forms f"
            " JOIN elements e USING (element_id))"
            " SELECT department_id, count(*) FILTER (leads <> department_id OR nth > 1), count(*)"
            " FROM f GROUP BY 1"
        )

    def unsolved(self) -> Shares:
        return self.shares(
            "SELECT department_id, count(*) FILTER (solved = 0), count(*) FROM messages"
            " WHERE reply_ts IS NOT NULL GROUP BY 1"
        )

    def repeat(self) -> Shares:
        return self.shares(
            "SELECT a.department_id, count(*) FILTER (EXISTS (SELECT 1 FROM messages b WHERE"
            " b.department_id = a.department_id AND b.person_key = a.person_key AND"
            " b.ts > a.reply_ts"
            " AND b.ts <= a.reply_ts + INTERVAL 30 DAY)), count(*) FROM messages a"
            " WHERE a.reply_ts IS NOT NULL GROUP BY 1"
        )

    def zombie(self) -> Shares:
        return self.shares(
            "SELECT subject_id, count(*) FILTER (last_active IS NULL OR last_active::DATE ="
            " created::DATE), count(*) FROM accounts GROUP BY 1"
        )

    def staff(self) -> Shares:
        return self.shares(
            "SELECT subject_id, count(*) FILTER (staff = 1 AND hour(created) BETWEEN 9 AND 16),"
            " count(*) FROM accounts GROUP BY 1"
        )

    def lapsed(self) -> Shares:
        return self.shares(
            "SELECT subject_id, count(*) FILTER (last_active < TIMESTAMP"
            " '2026-10-01' - INTERVAL 90 DAY),"
            " count(*) FROM accounts WHERE last_active::DATE > created::DATE GROUP BY 1"
        )

    def template(self) -> Shares:
        """Identical twins and near-duplicates (Jaccard of 3-grams ≥ 0.8), by inverted index."""
        rows = self.sql.execute(
            "SELECT department_id, reply_text FROM messages WHERE reply_text IS NOT NULL"
        ).fetchall()
        texts: dict[str, list[str]] = {}
        for department, text in rows:
            texts.setdefault(department, []).append(re.sub(r"[\d\s]", "", text))
        return {d: (_alike(mine), len(mine)) for d, mine in texts.items()}

    def silent_days(self) -> Shares:
        days = {day for day in _days() if load_calendar("cn").is_working(day)}
        rows = self.sql.execute("SELECT subject_id, day, completions FROM usage").fetchall()
        found: dict[str, tuple[int, int]] = {}
        for app, day, completions in rows:
            if day in days:
                hits, n = found.get(app, (0, 0))
                found[app] = (hits + (completions == 0), n + 1)
        return found

    def month_end(self) -> dict[str, float]:
        """Registrations per completion on the last three days of months against other days."""
        last = "day >= date_trunc('month', day) + INTERVAL 1 MONTH - INTERVAL 3 DAY"
        rows = self.sql.execute(
            f"SELECT subject_id, sum(registrations) FILTER ({last}) /"
            f" sum(completions) FILTER ({last})"
            f" / (sum(registrations) FILTER (NOT {last}) / sum(completions) FILTER (NOT {last}))"
            " FROM usage GROUP BY 1"
        ).fetchall()
        return {app: float(ratio) for app, ratio in rows}

    def days_taken(self) -> dict[str, dict[int, int]]:
        """Per service: working days against the promised limit → closed cases."""
        calendar = load_calendar("cn")
        rows = self.sql.execute(
            "WITH stop AS (SELECT case_id, min(ts) FILTER (clock = 'suspend' AND legal_basis IS NOT"
            " NULL) AS a, min(ts) FILTER (clock = 'resume') AS b FROM step GROUP BY 1)"
            " SELECT c.service_id, opened::DATE, closed::DATE, CASE WHEN a IS NOT NULL THEN a::DATE"
            " END, CASE WHEN a IS NOT NULL THEN b::DATE END, s.promised_days::INT,"
            " count(*) FROM case_ c"
            " JOIN services s USING (service_id) LEFT JOIN stop USING (case_id)"
            " WHERE closed IS NOT NULL AND s.promised_days IS NOT NULL GROUP BY ALL"
        ).fetchall()
        found: dict[str, dict[int, int]] = {}
        for service, opened, closed, stop, resume, promised, n in rows:
            stopped = calendar.between(stop, resume) if stop and resume else 0
            late = calendar.between(opened, closed) - stopped - promised
            mine = found.setdefault(service, {})
            mine[late] = mine.get(late, 0) + n
        return found


def _days() -> list[date]:
    return [date(2025, 10, 1) + timedelta(days=n) for n in range(365)]


def _alike(texts: list[str]) -> int:
    grams = [{text[i : i + 3] for i in range(len(text) - 2)} for text in texts]
    numbers: dict[str, int] = {}
    codes = [[numbers.setdefault(gram, len(numbers)) for gram in one] for one in grams]
    indptr = np.cumsum([0, *(len(one) for one in codes)])
    flat = np.concatenate([np.array(one, dtype=np.int64) for one in codes])
    shape = (len(codes), len(numbers))
    matrix = csr_matrix((np.ones(len(flat), dtype=np.float32), flat, indptr), shape=shape)
    shared = (matrix @ matrix.T).toarray()
    sizes = np.diff(indptr)
    jaccard = shared / (sizes[:, None] + sizes[None, :] - shared)
    np.fill_diagonal(jaccard, 0)
    return int((jaccard.max(axis=1) >= 0.8).sum())
