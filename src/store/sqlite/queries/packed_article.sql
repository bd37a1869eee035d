concat(
    concat_ws(',', a.id, a.name, a.{key}, a.basic_xxh3, length(a.basic), coalesce(original.name, ''), {rest_head}, {raw_head}),
    char(10), a.basic, {rest}, {raw}
)
