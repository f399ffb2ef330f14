/** What `--model` calls the weights that come along, `@bertune/bert-small-en`; a folder of this name is `./bert-small-en`. */
export const SHIPPED_MODEL = 'bert-small-en';

/** What `train --model` calls random weights. */
export const NO_MODEL = 'none';
