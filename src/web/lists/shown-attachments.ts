import { ATTACHMENT_FIELDS } from '../../api/payload.ts';
import { MAX_DECODINGS } from '../../api/urls.ts';

/** All that JavaScript's `trim` removes. */
const BLANKS = [
  9, 10, 11, 12, 13, 32, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232,
  8233, 8239, 8287, 12288, 65279,
];

const KNOWN_NAMES = Object.keys(ATTACHMENT_FIELDS)
  .map((name) => `'${name}'`)
  .join(', ');

/** Other objects may be anything. */
const HAS_KNOWN = `EXISTS (SELECT 1 FROM json_each(one.value) WHERE key IN (${KNOWN_NAMES}))`;

/**
 * The column `attachments` with what `showRecord` shows of it, in SQL that anybody can run: the rule of
 * `case/shown-fields.ts` and that of `isNonpublic`, once more. `test/properties/shown-attachments.test.ts` compares them.
 */
export const SHOWN_ATTACHMENTS = `CASE
    WHEN NOT json_valid(attachments) THEN NULL
    WHEN NOT EXISTS (
      SELECT 1 FROM json_each(attachments) AS one WHERE one.type = 'array' OR one.type = 'object' AND EXISTS (
        SELECT 1 FROM json_each(one.value) WHERE type IN ('object', 'array') OR key NOT IN (${KNOWN_NAMES}))
        OR one.type = 'object' AND NOT ${HAS_KNOWN}
    ) THEN attachments
    -- Unknown fields are shown if they are values or lists of values, and no address in a folder "nonpublic".
    ELSE (SELECT json_group_array(json(CASE one.type WHEN 'object' THEN CASE WHEN ${HAS_KNOWN} THEN (
      SELECT json_group_object(key, json(CASE
        WHEN type IN ('object', 'array') AND NOT is_shown THEN 'null'
        WHEN type IN ('true', 'false') THEN type
        WHEN type = 'array' THEN value
        ELSE json_quote(value) END))
      FROM (
        SELECT field.key, field.type, field.value, field.key IN (${KNOWN_NAMES}) AS is_known,
          field.type <> 'object' AND field.value IS NOT '[]' AND instr(field.key, char(0)) = 0 AND NOT EXISTS (
            SELECT 1 FROM json_each(CASE field.type WHEN 'array' THEN field.value ELSE json_array(field.value) END) AS item
            WHERE CASE item.type
              WHEN 'text' THEN trim(item.value, char(${BLANKS.join(', ')})) = '' OR instr(item.value, char(0)) > 0 OR (
                WITH RECURSIVE decoded(step, address) AS (
                  SELECT 0, lower(replace(replace(replace(item.value, char(9), ''), char(10), ''), char(13), ''))
                  UNION ALL
                  SELECT step + 1, replace(address, printf('%%%02x', step % 128), lower(char(max(1, step % 128)))) FROM decoded
                  WHERE address GLOB '*%[0-7][0-9a-f]*' AND step < ${MAX_DECODINGS * 128}
                ), address AS (SELECT * FROM decoded ORDER BY step DESC LIMIT 1)
                SELECT address GLOB '*%[0-7][0-9a-f]*' OR EXISTS (
                  SELECT 1 FROM json_each('[' || replace(json_quote(replace(replace(replace(replace(replace(
                    address, '\\', '/'), '?', '/'), '#', '/'), '&', '/'), '=', '/')), '/', '","') || ']') AS folder
                  WHERE trim(folder.value, char(${BLANKS.join(', ')})) = 'nonpublic'
                ) FROM address
              )
              ELSE item.type IN ('object', 'array', 'null') END
          ) AS is_shown
        FROM json_each(one.value) AS field
      ) WHERE is_known OR is_shown
    ) ELSE 'null' END WHEN 'array' THEN 'null' WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE json_quote(one.value) END))
    FROM json_each(attachments) AS one)
  END AS attachments`;
