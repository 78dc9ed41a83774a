-- The ambulatory glucose profile: percentiles of the last 14 days up to the newest that has readings,
-- by quarter of an hour of the deployment's clock.
select
    cast(extract(hour from reading_local) * 60 + extract(minute from reading_local) // 15 * 15 as integer)
        as minute_of_day,
    cast(count(*) as integer) as reading_count,
    cast(count(distinct reading_date) as integer) as day_count,
    quantile_cont(glucose_mg_dl, 0.05) as p5_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.25) as p25_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.5) as median_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.75) as p75_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.95) as p95_glucose_mg_dl
from silver.fct_glucose_readings
where reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 14
group by 1
order by 1
