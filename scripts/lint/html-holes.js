/*
 * The rule `html/holes`. A template of `html` escapes every text, which is enough inside an element and inside a quoted
 * value of an attribute. It is not enough anywhere else: in a value without quotation marks a text can add attributes, an
 * address can hold a script, and scripts and styles are not read as HTML.
 */

const ADDRESS_ATTRIBUTES = new Set(['href', 'src', 'action', 'formaction', 'poster', 'data', 'cite', 'ping']);
/** Functions whose result is an address that a link may have. */
const CHECKED_BY = new Set(['toHref', 'toSafeHref']);
const CODE_ATTRIBUTE = /^(?:on.*|style|srcdoc|srcset|http-equiv)$/;
const CODE_ELEMENTS = new Set(['script', 'style', 'iframe', 'object', 'embed', 'base', 'template']);

/**
 * Where the text before a hole leaves a reader of HTML.
 * @typedef {{ in: 'text' | 'tag' | 'value' | 'bare value' | 'comment', element: string, attribute: string, quote: string }} Place
 */

const START = { in: 'text', element: '', attribute: '', quote: '' };

/** Reads a piece of HTML from a place, and returns the place at its end. A hole counts as a letter. */
function readHtml(text, place = START) {
  let { in: state, element, attribute, quote } = place;
  for (let at = 0; at < text.length; at++) {
    const rest = text.slice(at);
    if (state === 'text') {
      const opening = /^<([a-z][a-z\d]*)/i.exec(rest);
      if (rest.startsWith('<!--')) state = 'comment';
      else if (opening !== null) {
        [state, element, attribute] = ['tag', opening[1].toLowerCase(), ''];
        at += opening[0].length - 1;
      } else if (rest.startsWith('</') || rest.startsWith('<!'))
        [state, element, attribute] = ['tag', '', ''];
    } else if (state === 'comment') {
      if (rest.startsWith('-->')) state = 'text';
    } else if (state === 'tag') {
      const named = /^([^\s"'<>/=]+)\s*=\s*(["']?)/.exec(rest);
      if (rest.startsWith('>')) state = 'text';
      else if (named !== null) {
        [, attribute, quote] = named;
        attribute = attribute.toLowerCase();
        state = quote === '' ? 'bare value' : 'value';
        at += named[0].length - 1;
      } else {
        const word = /^[^\s"'<>/=]+/.exec(rest);
        if (word !== null) at += word[0].length - 1;
      }
    } else if (state === 'value') {
      if (text[at] === quote) [state, attribute] = ['tag', ''];
    } else if (/[\s>]/.test(text[at])) [state, attribute] = [text[at] === '>' ? 'text' : 'tag', ''];
  }
  return { in: state, element, attribute, quote };
}

/** Why a hole at this place is refused; undefined if escaping is enough. */
function explainHole(place, expression) {
  if (place.in === 'text') return undefined;
  if (place.in === 'bare value') return `Put quotation marks round the value of ${place.attribute}.`;
  if (place.in !== 'value')
    return 'A hole stands in text or in a quoted value, not in a tag or a comment. Write the attribute in each of two templates.';
  if (CODE_ATTRIBUTE.test(place.attribute)) return `No value may be put into ${place.attribute}.`;
  if (!ADDRESS_ATTRIBUTES.has(place.attribute)) return undefined;
  const isChecked =
    (expression.type === 'CallExpression' && CHECKED_BY.has(expression.callee.name)) ||
    (expression.type === 'Identifier' && expression.name === 'href');
  return isChecked ? undefined : `Wrap the address in toHref(), or use linkTo().`;
}

/**
 * What is wrong with a template: its texts, and the expressions between them. Each fault names the expression that it is
 * about, or none if it is about the template.
 * @param {readonly string[]} texts
 * @param {readonly object[]} expressions
 */
export function listFaults(texts, expressions) {
  const faults = [];
  let place = START;
  texts.forEach((text, at) => {
    for (const [, name] of text.matchAll(/<([a-z][a-z\d]*)/gi))
      if (CODE_ELEMENTS.has(name.toLowerCase()))
        faults.push({ message: `No page has an element <${name}>.` });
    for (const [, name] of text.matchAll(/\s(on[a-z]+|style)\s*=/gi))
      faults.push({ message: `The policy of the pages blocks ${name}=.` });
    place = readHtml(text, place);
    const expression = expressions[at];
    if (expression === undefined) return;
    if (place.in === 'text' && /<\/?$/.test(text))
      faults.push({ expression, message: 'No hole names an element.' });
    const message = explainHole(place, expression);
    if (message !== undefined) faults.push({ expression, message });
    // A hole in a text leaves the reader where it was; elsewhere it is a letter.
    if (place.in !== 'text') place = readHtml('x', place);
  });
  if (place.in !== 'text') faults.push({ message: 'The template ends inside a tag or a comment.' });
  return faults;
}

/** The rule `html/holes`, in the form in which oxlint loads it. */
const holes = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    return {
      TaggedTemplateExpression({ tag, quasi }) {
        if (tag.name !== 'html') return;
        const texts = quasi.quasis.map(({ value }) => value.cooked ?? '');
        for (const { expression, message } of listFaults(texts, quasi.expressions))
          context.report({ node: expression ?? quasi, message });
      },
    };
  },
};

export default { meta: { name: 'html' }, rules: { holes } };
