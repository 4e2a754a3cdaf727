"""Reference pages made from the data of the workflows: roles and rights, and the life of a case."""

from __future__ import annotations

from shixiao.rules import RulePack
from shixiao.terms import Text
from shixiao.workflows.lives import Life, State, Verb
from shixiao.workflows.roles import Scope, Table

SCOPES = {
    Scope.ANY: Text("全部", "all"),
    Scope.OWN: Text("本单位", "own"),
    Scope.ASSIGNED: Text("本人承办", "assigned"),
}
ROLES_HEAD = """\
# 角色与权限 · Roles and rights

每个网址、每个动作都按这一张表核对；没有列出的一律拒绝。本单位：只限自己的机构及其下属。

Every address and every act is checked against this one table; what is not listed is refused. “Own”
means the person's organisation and those below it.

## 角色 · Roles

| 角色 role | 名称 name | 说明 about |
|---|---|---|
"""
RIGHTS_HEAD = """
## 权限 · Rights

| 权限 right | 名称 name | 谁 who |
|---|---|---|
"""
LIFE_HEAD = """\

这张图由数据生成，与系统所执行的完全一致。标 ✌ 的动作须两人。

The diagram is made from the data that the site runs on. Verbs marked with ✌ take two people.

"""
STATES_HEAD = """
## 环节 · States

| 环节 state | 名称 name | 谁办 owner | 期限 period | 说明 about |
|---|---|---|---|---|
"""
VERBS_HEAD = """
## 动作 · Verbs

| 动作 verb | 名称 name | 从 from | 到 to | 权限 right | 须填 needs | 附件 attach |
|---|---|---|---|---|---|---|
"""


def roles_page(table: Table) -> str:
    """Render roles and rights in both languages."""
    parts = [ROLES_HEAD]
    parts += [f"| `{r.id}` | {_both(r.name)} | {_both(r.about)} |\n" for r in table.roles.values()]
    parts.append(RIGHTS_HEAD)
    for verb in table.verbs.values():
        who = "<br>".join(
            f"{table.roles[role].name.zh} {table.roles[role].name.en}: "
            f"{SCOPES[scope].zh} {SCOPES[scope].en}"
            for role, scope in verb.rights.items()
        )
        parts.append(f"| `{verb.id}` | {_both(verb.name)} | {who} |\n")
    return "".join(parts)


def life_page(life: Life, rules: RulePack, *, title: Text) -> str:
    """Render a life: a diagram, its states and its verbs."""
    parts = [f"# {title.zh} · {title.en}\n{LIFE_HEAD}", "```mermaid\nstateDiagram-v2\n"]
    for state in life.states.values():
        parts.append(f'    state "{state.name.zh} {state.name.en}" as {state.id}\n')
    for verb in life.verbs.values():
        mark = " ✌" if verb.pair else ""
        if verb.to:
            parts += [f"    {s} --> {verb.to}: {verb.name.zh}{mark}\n" for s in verb.sources]
    parts += ["```\n", STATES_HEAD]
    parts += [_state(state, rules) for state in life.states.values()]
    parts.append(VERBS_HEAD)
    parts += [_verb(verb, life) for verb in life.verbs.values()]
    return "".join(parts)


def _state(state: State, rules: RulePack) -> str:
    owner = _both(state.owner) if state.owner else "—"
    period = "—"
    if state.rule:
        rule = rules.rule(state.rule)
        period = f"{rule.value} 个工作日<br>{rule.value} working days ({state.rule})"
    cells = (f"`{state.id}`", _both(state.name), owner, period, _both(state.about))
    return f"| {' | '.join(cells)} |\n"


def _verb(verb: Verb, life: Life) -> str:
    name = _both(verb.name) + (" ✌" if verb.pair else "")
    attach = "<br>".join(f"{life.attachments[a].zh} {life.attachments[a].en}" for a in verb.attach)
    cells = (
        f"`{verb.id}`",
        name,
        ", ".join(f"`{s}`" for s in verb.sources),
        f"`{verb.to}`" if verb.to else "—",
        f"`{verb.right}`",
        ", ".join(f"`{n}`" for n in verb.needs) or "—",
        attach or "—",
    )
    return f"| {' | '.join(cells)} |\n"


def _both(text: Text) -> str:
    return f"{text.zh}<br>{text.en}"
