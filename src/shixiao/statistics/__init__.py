"""统计：全平台唯一的一套统计方法。Statistics: the platform's one implementation of each method."""

from shixiao.statistics.agreement import krippendorff_alpha
from shixiao.statistics.bootstrap import mean_draws, mean_estimate
from shixiao.statistics.cells import CellSample
from shixiao.statistics.closing import (
    Closing,
    Observed,
    Untouched,
    closing_test,
    error_needed,
    foreseen,
    untouched,
)
from shixiao.statistics.counts import garwood, growth_p
from shixiao.statistics.intervals import estimate_from_draws, ratio_from_draws
from shixiao.statistics.mean_ratios import Stratum, ratio_of_means, ratio_of_stratified_means
from shixiao.statistics.means import mean_from_sums
from shixiao.statistics.multiplicity import MaxT, benjamini_hochberg, holm, max_t
from shixiao.statistics.peers import Peers, proportions_above_peers, values_above_peers
from shixiao.statistics.permutation import permutation_null, permutation_p
from shixiao.statistics.pooling import (
    Pooled,
    Shared,
    pooled_families,
    pooled_means,
    pooled_rates,
    pooled_shares,
)
from shixiao.statistics.proportions import (
    minimum_n,
    newcombe_bounds,
    newcombe_difference,
    wilson,
    wilson_bounds,
)
from shixiao.statistics.quantiles import (
    cases_for_quantile,
    median_interval,
    order_statistic_ranks,
    quantile_draws,
    quantile_interval,
    quantile_rank,
    quantile_rank_draws,
    ratio_of_quantiles,
)
from shixiao.statistics.raking import Raked, rake
from shixiao.statistics.ranges import added, product
from shixiao.statistics.ranks import RankInterval, rank
from shixiao.statistics.ratios import (
    estimate_ratio,
    mover_r,
    proportion_ratio,
    proportion_ratio_bounds,
)
from shixiao.statistics.shrinkage import Shrunken, beta_binomial, gamma_poisson, normal_normal
from shixiao.statistics.standardised import Mix, Standardised, standardised_ratio
from shixiao.statistics.stepped_wedge import WedgeEffect, schedule, wedge_effect
from shixiao.statistics.wedge_planning import WedgePlan, wedge_plan

__all__ = [
    "CellSample",
    "Closing",
    "MaxT",
    "Mix",
    "Observed",
    "Peers",
    "Pooled",
    "Raked",
    "RankInterval",
    "Shared",
    "Shrunken",
    "Standardised",
    "Stratum",
    "Untouched",
    "WedgeEffect",
    "WedgePlan",
    "added",
    "benjamini_hochberg",
    "beta_binomial",
    "cases_for_quantile",
    "closing_test",
    "error_needed",
    "estimate_from_draws",
    "estimate_ratio",
    "foreseen",
    "gamma_poisson",
    "garwood",
    "growth_p",
    "holm",
    "krippendorff_alpha",
    "max_t",
    "mean_draws",
    "mean_estimate",
    "mean_from_sums",
    "median_interval",
    "minimum_n",
    "mover_r",
    "newcombe_bounds",
    "newcombe_difference",
    "normal_normal",
    "order_statistic_ranks",
    "permutation_null",
    "permutation_p",
    "pooled_families",
    "pooled_means",
    "pooled_rates",
    "pooled_shares",
    "product",
    "proportion_ratio",
    "proportion_ratio_bounds",
    "proportions_above_peers",
    "quantile_draws",
    "quantile_interval",
    "quantile_rank",
    "quantile_rank_draws",
    "rake",
    "rank",
    "ratio_from_draws",
    "ratio_of_means",
    "ratio_of_quantiles",
    "ratio_of_stratified_means",
    "schedule",
    "standardised_ratio",
    "untouched",
    "values_above_peers",
    "wedge_effect",
    "wedge_plan",
    "wilson",
    "wilson_bounds",
]
