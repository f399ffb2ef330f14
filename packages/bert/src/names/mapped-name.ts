/** What a tensor of another tool's file is to Hugging Face. */
export interface MappedName {
  /** name in Hugging Face's layout; one that is not of a BERT stays recognisable */
  readonly name: string;
  /** whether a matrix must be transposed to be [out, in] as there */
  readonly transpose: boolean;
}

/** Parameters of a BERT and its heads in Hugging Face's layout. */
const KNOWN =
  /^(bert\.(embeddings|pooler|encoder\.layer\.\d+)|cls\.(predictions|seq_relationship)|classifier|qa_outputs)(\.\w+)*\.(weight|bias)$/;

/** Whether a name is one that a BERT or one of its heads has in Hugging Face's layout. */
export const isKnown = ({ name }: MappedName): boolean => KNOWN.test(name);
