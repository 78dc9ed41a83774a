-- The last 90 days up to the newest that has readings, a row a day.
with compared as (
    select
        today.*,
        avg(today.gmi_pct) over (
            order by today.reading_date range between interval 6 days preceding and current row
        ) as gmi_7_day_avg_pct,
        today.avg_glucose_mg_dl - yesterday.avg_glucose_mg_dl as avg_glucose_change_mg_dl,
        today.time_in_range_pct - yesterday.time_in_range_pct as time_in_range_change_pct,
        100.0::double * today.stddev_glucose_mg_dl / today.avg_glucose_mg_dl
            as coefficient_of_variation_pct
    from gold.fct_daily_glucose_metrics as today
    left join gold.fct_daily_glucose_metrics as yesterday
        on yesterday.reading_date = today.reading_date - 1
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
    time_in_range_change_pct
from compared
where reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 90
order by reading_date
