-- Articles by id, with the generation of the index of the state that they are read from: a row even if none is found.
SELECT state.generation, {columns}
FROM store_state AS state
LEFT JOIN article AS a ON a.id = ANY ($1)
{joins}
