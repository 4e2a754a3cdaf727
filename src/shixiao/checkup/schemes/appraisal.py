"""How much of an appraisal scheme rewards show, and what should stand there instead?

Each indicator is classed by the first cue that fits, failing that by the classifier; the weight on
show is the share of the total weight on vanity and on what the Measures of January 2026 on
government apps (rules APP-…) forbid as a basis of assessment.
"""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.schemes.classifier import Classifier, Guess, classifier
from shixiao.checkup.schemes.cues import CLASS_NAMES, Cue, IndicatorClass, deciding_cue
from shixiao.checkup.schemes.replacing import replacement
from shixiao.checkup.schemes.scheme import Indicator, Scheme
from shixiao.rules import Rule, RulePack
from shixiao.terms import Text

REASONS = {
    IndicatorClass.OUTCOME: Text("说的是群众得到了什么", "It states what people got"),
    IndicatorClass.BURDEN: Text(
        "说的是群众或基层要付出什么", "It states what people or the grass roots have to spend"
    ),
    IndicatorClass.OUTPUT: Text(
        "说的是部门做了多少工作，而不是群众得到什么",
        "It states how much the office did, not what people got",
    ),
    IndicatorClass.VANITY: Text(
        "数量好看，说明不了群众得到什么", "The number looks good and says nothing about people"
    ),
    IndicatorClass.BANNED: Text(
        "近于规定所禁止的考核依据", "It comes close to what may not be a basis of assessment"
    ),
}
LIKENESS = Text(
    "{reason}（措辞与标注库中的“{nearest}”最接近）",
    "{reason} (its wording is most like “{nearest}” of the labelled set)",
)
CITED = Text("{reason}（{law}）", "{reason} ({law})")


@dataclass(frozen=True, slots=True)
class Judged:
    """One indicator on the scales.

    Attributes:
        share: its weight as a share of the total.
        cue: the id of the cue that settled it; None where the classifier did.
        rule: the rule of the pack that a breach rests on.
        confidence: how often such an answer is right, between 0 and 1.
        review: whether somebody should look at it (below APS-03).
    """

    indicator: Indicator
    share: float
    indicator_class: IndicatorClass
    reason: Text
    replace_by: Text | None
    cue: str | None
    rule: str | None
    confidence: float
    review: bool


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A scheme with every indicator judged."""

    scheme: Scheme
    rules: RulePack
    training: str
    judged: tuple[Judged, ...]

    @property
    def weight_on_show(self) -> float:
        """Share of the total weight on vanity and banned indicators, 0 to 1."""
        return sum(item.share for item in self.judged if item.indicator_class.show)

    @property
    def weight_by_class(self) -> dict[IndicatorClass, float]:
        """Share of the total weight by class, every class named."""
        return {
            kind: sum(item.share for item in self.judged if item.indicator_class is kind)
            for kind in IndicatorClass
        }


def appraise(scheme: Scheme, *, rules: RulePack, trained: Classifier | None = None) -> Appraisal:
    """Judge every indicator of a scheme.

    Args:
        scheme: as read.
        rules: the pack whose APP rules say what is forbidden and whose APS rules set thresholds.
        trained: another classifier than the project's own.
    """
    trained = trained or classifier()
    floor = rules.number("APS-03")
    guesses = trained.guess([(i.name, i.description) for i in scheme.indicators])
    judged = [
        _judged(indicator, share, guess, rules=rules, trained=trained, floor=floor)
        for indicator, share, guess in zip(scheme.indicators, scheme.shares, guesses, strict=True)
    ]
    return Appraisal(scheme, rules, trained.sha256, tuple(judged))


def _judged(
    indicator: Indicator,
    share: float,
    guess: Guess,
    *,
    rules: RulePack,
    trained: Classifier,
    floor: float,
) -> Judged:
    cue = deciding_cue(indicator.name, indicator.description)
    kind = cue.indicator_class if cue else guess.indicator_class
    confidence = trained.precision(cue.id) if cue else guess.confidence
    reason = _cited(cue, rules) if cue else _by_likeness(guess)
    return Judged(
        indicator=indicator,
        share=share,
        indicator_class=kind,
        reason=reason,
        replace_by=replacement(kind, indicator.name, indicator.description),
        cue=cue.id if cue else None,
        rule=cue.law if cue else None,
        confidence=confidence,
        review=confidence < floor,
    )


def _cited(cue: Cue, rules: RulePack) -> Text:
    if cue.law is None:
        return cue.reason
    return CITED.format(reason=cue.reason, law=_source(rules.rule(cue.law)))


def _source(rule: Rule) -> Text:
    source = rule.sources[0]
    number = f" {source.number}" if source.number else ""
    return Text(f"《{source.title.zh}》{number}".replace("》 ", "》"), f"{source.title.en}{number}")


def _by_likeness(guess: Guess) -> Text:
    return LIKENESS.format(reason=REASONS[guess.indicator_class], nearest=guess.nearest.name)


def answer(appraisal: Appraisal) -> Text:
    """Say the whole in one sentence."""
    banned = appraisal.weight_by_class[IndicatorClass.BANNED]
    return sentence(appraisal.weight_on_show, banned)


def sentence(show: float, banned: float) -> Text:
    """Say in one sentence how much of a scheme rewards show.

    Args:
        show: share of the total weight on vanity and banned indicators, 0 to 1.
        banned: of that, on banned ones.
    """
    if not show:
        return Text(
            "这份考核办法没有把权重放在做样子上",
            "This scheme puts no weight on show",
        )
    text = Text(
        f"这份考核办法有 {percent(show)} 的权重在奖励做样子",
        f"{percent(show)} of the weight of this scheme rewards show",
    )
    if banned:
        text = Text(
            f"{text.zh}，其中 {percent(banned)} 属于规定禁止的考核依据",
            f"{text.en}; {percent(banned)} rests on what may not be a basis of assessment",
        )
    return text


def percent(share: float) -> str:
    """Write a share without claiming 0 or 100 % where it is neither."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "< 1 %"
    if rounded == 100 and share < 1:
        return "> 99 %"
    return f"{rounded} %"


def class_name(kind: IndicatorClass) -> Text:
    """Return the name of a class in both languages."""
    return CLASS_NAMES[kind]
