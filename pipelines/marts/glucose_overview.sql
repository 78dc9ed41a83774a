-- The last 90 days up to the newest that has readings, a row a day.
with compared as (
    select
        today.*,
        3.31::double + 0.02392::double * sum(today.sum_glucose_mg_dl) over week
            / sum(today.reading_count) over week as gmi_7_day_avg_pct,
        today.avg_glucose_mg_dl - yesterday.avg_glucose_mg_dl as avg_glucose_change_mg_dl,
        today.time_in_range_pct - yesterday.time_in_range_pct as time_in_range_change_pct,
        100.0::double * today.stddev_glucose_mg_dl / today.avg_glucose_mg_dl
            as coefficient_of_variation_pct
    from gold.fct_daily_glucose_metrics as today
    left join gold.fct_daily_glucose_metrics as yesterday
        on yesterday.reading_date = today.reading_date - 1
    window week as (
        order by today.reading_date range between interval 6 days preceding and current row
    )
)

select
    reading_date,
    reading_count,
    avg_glucose_mg_dl,
    min_glucose_mg_dl,
    max_glucose_mg_dl,
    stddev_glucose_mg_dl,
    coefficient_of_variation_pct,
    time_in_range_pct,
    time_below_range_pct,
    time_above_range_pct,
    gmi_pct,
    gmi_7_day_avg_pct,
    avg_glucose_change_mg_dl,
    time_in_range_change_pct,
    time_below_54_pct,
    time_above_250_pct,
    active_pct,
    is_representative,
    reading_date >= cast(timezone(getvariable('zone'), now()) as date) as is_partial
from compared
where reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 90
order by reading_date
