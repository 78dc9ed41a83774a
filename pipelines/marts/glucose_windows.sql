-- For each of the last 90 days the 7, 14, 30 and 90 days that end with it, from their readings.
-- Shares become whole counts again, whose sums are the same in any order.
with windows as (
    select unnest([7, 14, 30, 90]) as window_days
),

summed as (
    select
        days.reading_date,
        windows.window_days,
        cast(sum(each.reading_count) as bigint) as reading_count,
        cast(sum(each.sum_glucose_mg_dl) as bigint) as sum_glucose,
        cast(sum(each.sum_squared_glucose) as hugeint) as sum_squared,
        sum(round(each.time_in_range_pct * each.reading_count / 100)) as in_range,
        sum(round(each.time_below_range_pct * each.reading_count / 100)) as below_70,
        sum(round(each.time_below_54_pct * each.reading_count / 100)) as below_54,
        sum(round(each.time_above_range_pct * each.reading_count / 100)) as above_180,
        sum(round(each.time_above_250_pct * each.reading_count / 100)) as above_250,
        cast(sum(each.slot_count) as bigint) as slot_count
    from gold.fct_daily_glucose_metrics as days
    cross join windows
    join gold.fct_daily_glucose_metrics as each
        on each.reading_date between days.reading_date - (windows.window_days - 1) and days.reading_date
    where days.reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 90
    group by days.reading_date, windows.window_days
)

select
    reading_date,
    cast(window_days as integer) as window_days,
    reading_count,
    sum_glucose / cast(reading_count as double) as avg_glucose_mg_dl,
    3.31::double + 0.02392::double * sum_glucose / reading_count as gmi_pct,
    case
        when reading_count > 1 then 100.0::double * sqrt(
            cast(reading_count * sum_squared - cast(sum_glucose as hugeint) * sum_glucose as double)
            / (cast(reading_count as double) * (reading_count - 1))
        ) / (sum_glucose / cast(reading_count as double))
    end as coefficient_of_variation_pct,
    100.0::double * in_range / reading_count as time_in_range_pct,
    100.0::double * below_70 / reading_count as time_below_range_pct,
    100.0::double * below_54 / reading_count as time_below_54_pct,
    100.0::double * above_180 / reading_count as time_above_range_pct,
    100.0::double * above_250 / reading_count as time_above_250_pct,
    100.0::double * slot_count / (288 * window_days) as active_pct,
    slot_count >= 0.7 * 288 * window_days as is_representative,
    reading_date >= cast(timezone(getvariable('zone'), now()) as date) as is_partial
from summed
order by reading_date, window_days
