import { type JsonObject, type JsonValue, isJsonObject } from '../../src/lib/json.ts';
import type { OngoingListId } from '../../src/api/lists.ts';
import {
  type CaseFacts,
  type DocumentIds,
  caseOfDocument,
  inventDocument,
  inventDocumentIds,
} from '../invent/document.ts';
import { inventDocumentText } from '../invent/document-text.ts';
import { caseIndexOf } from '../invent/fields.ts';
import { type Resource, inventFacts, inventFurtherDockets, inventShelf } from '../invent/linked-lists.ts';

/** The address of the texts of documents, which names the host of the API, whatever host serves them. */
const TEXT_ADDRESS = 'https://casehouse.example/api/v2p1/documents/';

type Change<T> = (before: T) => T;

/** Which cases have invented linked lists. */
export interface LinkedInvention {
  readonly seed: number;
  readonly emptyLists: readonly OngoingListId[];
}

/**
 * The documents, dockets and resources of the cases of a collection. Invented records are generated on demand; only
 * edits are kept in memory. A collection that is not invented has only the records that were added here.
 */
export class LinkedData {
  private readonly invention: LinkedInvention | undefined;
  /** The documents of a case if they have changed since the case was invented. */
  private readonly documentIds = new Map<number, readonly number[]>();
  private readonly documents = new Map<number, JsonObject>();
  private readonly texts = new Map<number, string | null>();
  private readonly docketChanges = new Map<number, Change<JsonObject[]>[]>();
  private readonly resourceChanges = new Map<string, Resource | undefined>();
  private facts: { caseId: number; facts: CaseFacts | undefined } | undefined;
  /** Increases with each edit of a document. */
  version = 0;

  constructor(invention?: LinkedInvention) {
    this.invention = invention;
  }

  /** The ids of the documents of a case, descending. */
  documentIdsOf(caseId: number): readonly number[] {
    return this.documentIds.get(caseId) ?? this.inventedIds(caseId).ids;
  }

  documentsOf(caseId: number): JsonObject[] {
    return this.documentIdsOf(caseId).map((id) => this.document(id) ?? { id });
  }

  /** The document as the API lists it, whether or not a case still has it. */
  document(id: number): JsonObject | undefined {
    return this.documents.get(id) ?? this.inventedDocument(id);
  }

  /** The text of a document: `null` if it has none, undefined if there is no such document. */
  textOf(id: number): string | null | undefined {
    const text = this.texts.get(id);
    if (text !== undefined) return text;
    const document = this.document(id);
    if (document === undefined) return undefined;
    return document.has_text === true && this.invention !== undefined
      ? inventDocumentText(this.invention.seed, id)
      : null;
  }

  /** Adds a document to a case, or replaces the one with its id. One document can belong to several cases. */
  putDocument(caseId: number, document: JsonObject, text?: string | null): void {
    const { id } = document;
    if (typeof id !== 'number') throw new TypeError('A document needs a number as its id');
    const others = this.documentIdsOf(caseId).filter((other) => other !== id);
    this.documentIds.set(
      caseId,
      [...others, id].sort((one, other) => other - one),
    );
    this.documents.set(id, document);
    if (text !== undefined) this.texts.set(id, text);
    this.version += 1;
  }

  /** Changes one document, in every case that has it. */
  editDocument(id: number, change: Change<JsonObject>): void {
    const document = this.document(id);
    if (document === undefined) throw new RangeError(`There is no document ${id}`);
    this.documents.set(id, change(document));
    this.version += 1;
  }

  /** Removes a document from the list of one case; false if it was not in the list. */
  removeDocument(caseId: number, id: number): boolean {
    const ids = this.documentIdsOf(caseId);
    this.documentIds.set(
      caseId,
      ids.filter((other) => other !== id),
    );
    this.version += 1;
    return ids.includes(id);
  }

  /** Gives the document the status of documents that the API no longer shows to readers. */
  hideDocument(id: number): void {
    this.editDocument(id, (document) => ({ ...document, document_status: 'Deleted' }));
  }

  /** Undoes {@link hideDocument}. */
  showDocument(id: number): void {
    this.editDocument(id, (document) => ({ ...document, document_status: 'Coding Complete' }));
  }

  /** Replaces the text of a document, or removes it with `null`; the list shows the change. */
  setText(id: number, text: string | null): void {
    this.editDocument(id, (document) => ({
      ...document,
      has_text: text !== null,
      text_url: text === null ? null : textAddressOf(id),
    }));
    this.texts.set(id, text);
  }

  /** The dockets of a case whose own record contains `mainDocket`, by id descending. */
  docketsOf(caseId: number, mainDocket: JsonValue | undefined): JsonObject[] {
    const facts = this.factsOf(caseId);
    const index = this.indexOf(caseId);
    const further =
      this.invention === undefined || index === undefined || facts === undefined
        ? []
        : inventFurtherDockets(this.invention.seed, index, facts);
    const dockets = [...(isJsonObject(mainDocket) ? [mainDocket] : []), ...further];
    const changed = (this.docketChanges.get(caseId) ?? []).reduce((some, change) => change(some), dockets);
    return changed.sort((one, other) => Number(other.id) - Number(one.id));
  }

  /** Changes the response of `dockets/` for a case; the record of the case keeps its main docket. */
  changeDockets(caseId: number, change: Change<JsonObject[]>): void {
    this.docketChanges.set(caseId, [...(this.docketChanges.get(caseId) ?? []), change]);
  }

  resourcesOf(caseId: number): Resource[] {
    const index = this.indexOf(caseId);
    const invented = this.invention && index !== undefined ? inventShelf(this.invention.seed, index) : [];
    const others = [...this.resourceChanges.values()].filter((resource) => resource !== undefined);
    return [...invented.filter(({ key }) => !this.resourceChanges.has(key)), ...others].filter(({ cases }) =>
      cases.includes(caseId),
    );
  }

  /** Adds a resource, or replaces the one with its key. */
  putResource(resource: Resource): void {
    this.resourceChanges.set(resource.key, resource);
  }

  removeResource(key: string): void {
    this.resourceChanges.set(key, undefined);
  }

  private inventedIds(caseId: number): DocumentIds {
    return this.invention === undefined || this.indexOf(caseId) === undefined
      ? { ids: [], placeholder: undefined }
      : inventDocumentIds(this.invention.seed, caseId);
  }

  private inventedDocument(id: number): JsonObject | undefined {
    const caseId = caseOfDocument(id);
    const { ids, placeholder } = this.inventedIds(caseId);
    const facts = this.factsOf(caseId);
    if (this.invention === undefined || facts === undefined || !ids.includes(id)) return undefined;
    return inventDocument(this.invention.seed, id, facts, id === placeholder, textAddressOf(id));
  }

  private indexOf(caseId: number): number | undefined {
    return this.invention && caseIndexOf(this.invention.seed, caseId);
  }

  /**
   * The facts that the linked lists of an invented case need; undefined for any other case. They are kept for the
   * last case, because its documents are read one after another.
   */
  factsOf(caseId: number): CaseFacts | undefined {
    if (this.facts?.caseId !== caseId) {
      const index = this.indexOf(caseId);
      const facts =
        this.invention && index !== undefined
          ? inventFacts(this.invention.seed, index, this.invention.emptyLists)
          : undefined;
      this.facts = { caseId, facts };
    }
    return this.facts.facts;
  }
}

/** The address that the API prints for the text of a document. */
export function textAddressOf(id: number): string {
  return `${TEXT_ADDRESS}${id}/text/`;
}
