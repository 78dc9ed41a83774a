{{ config(pre_hook="{{ clear_window('reading_date') }}", properties=partitioned_by('reading_date')) }}

select
    reading_date,
    cast(count(*) as integer) as reading_count,
    avg(glucose_mg_dl) as avg_glucose_mg_dl,
    min(glucose_mg_dl) as min_glucose_mg_dl,
    max(glucose_mg_dl) as max_glucose_mg_dl,
    {{ exact_deviation('glucose_mg_dl') }} as stddev_glucose_mg_dl,
    cast(100 as double) * count(*) filter (where glucose_mg_dl between 70 and 180) / count(*) as time_in_range_pct,
    cast(100 as double) * count(*) filter (where glucose_mg_dl < 70) / count(*) as time_below_range_pct,
    cast(100 as double) * count(*) filter (where glucose_mg_dl > 180) / count(*) as time_above_range_pct,
    cast(3.31 as double) + cast(0.02392 as double) * avg(glucose_mg_dl) as gmi_pct,
    cast(100 as double) * count(*) filter (where glucose_mg_dl < 54) / count(*) as time_below_54_pct,
    cast(100 as double) * count(*) filter (where glucose_mg_dl > 250) / count(*) as time_above_250_pct,
    cast(100 as double) * count(distinct {{ divided(milliseconds_of('reading_at'), 300000) }}) / {{ slots_of_day('reading_date') }} as active_pct,
    count(distinct {{ divided(milliseconds_of('reading_at'), 300000) }}) >= 0.7 * {{ slots_of_day('reading_date') }} as is_representative,
    cast(count(distinct {{ divided(milliseconds_of('reading_at'), 300000) }}) as integer) as slot_count,
    {{ slots_of_day('reading_date') }} as expected_slot_count,
    cast(sum(glucose_mg_dl) as bigint) as sum_glucose_mg_dl,
    cast(sum(glucose_mg_dl * glucose_mg_dl) as bigint) as sum_squared_glucose
from {{ ref('fct_glucose_readings') }}
where {{ in_window('reading_date') }}
group by reading_date
