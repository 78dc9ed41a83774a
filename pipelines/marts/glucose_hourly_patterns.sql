-- The last 30 days up to the newest that has readings, by weekday (ISO, 1 is Monday) and hour.
select
    day_of_week,
    day_name,
    hour_of_day,
    cast(count(*) as integer) as reading_count,
    avg(glucose_mg_dl) as avg_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.5) as median_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.25) as p25_glucose_mg_dl,
    quantile_cont(glucose_mg_dl, 0.75) as p75_glucose_mg_dl,
    100.0::double * count(*) filter (where is_in_range) / count(*) as time_in_range_pct,
    case
        when count(*) > 1 then sqrt(
            cast(count(*) * sum(glucose_mg_dl * glucose_mg_dl) - sum(glucose_mg_dl) * sum(glucose_mg_dl) as double)
            / (count(*) * (count(*) - 1))
        )
    end as stddev_glucose_mg_dl
from silver.fct_glucose_readings
where reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 30
group by day_of_week, day_name, hour_of_day
order by day_of_week, hour_of_day
