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
    3.31::double + 0.02392::double * avg(glucose_mg_dl) as gmi_pct,
    100.0::double * count(*) filter (where glucose_mg_dl < 54) / count(*) as time_below_54_pct,
    100.0::double * count(*) filter (where glucose_mg_dl > 250) / count(*) as time_above_250_pct,
    100.0::double * count(distinct epoch_ms(reading_at) // 300000) / {{ slots_of_day('reading_date') }} as active_pct,
    count(distinct epoch_ms(reading_at) // 300000) >= 0.7 * {{ slots_of_day('reading_date') }} as is_representative,
    cast(count(distinct epoch_ms(reading_at) // 300000) as integer) as slot_count,
    {{ slots_of_day('reading_date') }} as expected_slot_count,
    cast(sum(glucose_mg_dl) as bigint) as sum_glucose_mg_dl,
    cast(sum(glucose_mg_dl * glucose_mg_dl) as bigint) as sum_squared_glucose
from {{ ref('fct_glucose_readings') }}
where {{ in_window('reading_date') }}
group by reading_date
