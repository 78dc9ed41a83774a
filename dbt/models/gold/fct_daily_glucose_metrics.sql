{{ config(pre_hook="{{ clear_window('reading_date') }}") }}

select
    reading_date,
    cast(count(*) as integer) as reading_count,
    avg(glucose_mg_dl) as avg_glucose_mg_dl,
    min(glucose_mg_dl) as min_glucose_mg_dl,
    max(glucose_mg_dl) as max_glucose_mg_dl,
    {{ exact_deviation('glucose_mg_dl') }} as stddev_glucose_mg_dl,
    100.0::double * count(*) filter (where glucose_mg_dl between 70 and 180) / count(*) as time_in_range_pct,
    100.0::double * count(*) filter (where glucose_mg_dl < 70) / count(*) as time_below_range_pct,
    100.0::double * count(*) filter (where glucose_mg_dl > 180) / count(*) as time_above_range_pct,
    3.31::double + 0.02392::double * avg(glucose_mg_dl) as gmi_pct
from {{ ref('fct_glucose_readings') }}
where {{ in_window('reading_date') }}
group by reading_date
