import { describe, expect, it } from '@jest/globals';

import {
  averagePrecisionMultiLabel,
  averagePrecisionScore,
  balancedAccuracyScore,
  brierScore,
  cohenKappa,
  confidences,
  decide,
  entityScores,
  expectedCalibrationError,
  explainedVariance,
  hammingLoss,
  kendallTau,
  logLossScore,
  maxError,
  type MultiLabelAverage,
  precisionRecallCurve,
  rocAucMultiClass,
  rocAucMultiLabel,
  rocAucScore,
  rocCurve,
  rootMeanSquaredError,
  sampleScores,
  topKAccuracyScore,
} from '../../src/index.js';
import { expectSame, expectSameList, golden, isRefusal, type Scores, toNumber } from './golden.js';

/** Figures that `metrics.test.ts` holds. */
const ELSEWHERE =
  /^(accuracy|mcc|confusion_matrix|labels|per_class|prf_(macro|micro|weighted|binary).*|f0\.5|f2)$/;

type Check = (expected: never) => void;

/** Runs one check for every figure that the reference gives; a figure that has none fails. */
function checkAll(expected: Record<string, unknown>, checks: Record<string, Check>, skip?: RegExp): void {
  for (const [name, value] of Object.entries(expected)) {
    if (skip?.test(name)) continue;
    if (!(name in checks)) throw new Error(`No check for the figure ${name}.`);
    checks[name](value as never);
  }
}

const same =
  (what: string, actual: () => number): Check =>
  (expected) =>
    expectSame(actual(), expected, what);

describe('figures equal scikit-learn', () => {
  it.each(golden.classification)('agreement $name', ({ y, p, expected }) => {
    checkAll(
      expected,
      {
        balanced_accuracy: same('balanced accuracy', () => balancedAccuracyScore(y, p)),
        cohen_kappa: same('kappa', () => cohenKappa(y, p)),
      },
      ELSEWHERE,
    );
  });

  it.each(golden.binary_scores)('scores $name', ({ y, scores, expected }) => {
    const values = scores.map(toNumber);
    const ece = (bins: number): Check =>
      same('ece', () => expectedCalibrationError(confidences(y, values), { bins }));
    checkAll(expected, {
      roc_auc: same('roc auc', () => rocAucScore(y, values)),
      average_precision: same('average precision', () => averagePrecisionScore(y, values)),
      log_loss: same('log loss', () => logLossScore(y, values)),
      brier: same('brier', () => brierScore(y, values)),
      ece_5: ece(5),
      ece_10: ece(10),
      ece_15: ece(15),
      ece_positive_class_10: same('ece of class 1', () =>
        expectedCalibrationError({ confidence: values, correct: y }, { bins: 10 }),
      ),
      roc_curve: (curve: Record<string, unknown[]>) => {
        if (isRefusal(curve)) {
          expect(() => rocCurve(y, values)).toThrow(expect.objectContaining({ code: 'invalid-scores' }));
          return;
        }
        const { falsePositiveRates, truePositiveRates, thresholds } = rocCurve(y, values);
        expectSameList(falsePositiveRates, curve.fpr, 'false positive rates');
        expectSameList(truePositiveRates, curve.tpr, 'true positive rates');
        expectSameList(thresholds, curve.thresholds, 'thresholds');
      },
      pr_curve: (curve: Record<string, unknown[]>) => {
        if (isRefusal(curve)) {
          expect(() => precisionRecallCurve(y, values)).toThrow(
            expect.objectContaining({ code: 'invalid-scores' }),
          );
          return;
        }
        const { precision, recall, thresholds } = precisionRecallCurve(y, values);
        expectSameList(precision, curve.precision, 'precision');
        expectSameList(recall, curve.recall, 'recall');
        expectSameList(thresholds, curve.thresholds, 'thresholds');
      },
    });
  });

  it.each(golden.regression)('regression $name', ({ y, p, expected }) => {
    const [labels, values] = [y.map(toNumber), p.map(toNumber)];
    checkAll(
      expected,
      {
        rmse: same('rmse', () => rootMeanSquaredError(labels, values)),
        max_error: same('max error', () => maxError(labels, values)),
        explained_variance: same('explained variance', () => explainedVariance(labels, values)),
        kendall: same('kendall', () => kendallTau(labels, values)),
      },
      /^(mse|mae|r2|pearson|spearman)$/,
    );
  });

  it.each(golden.multiclass)('several classes $name', ({ y, prob, expected }) => {
    const columns = prob[0].length;
    const flat = prob.flat();
    const auc = (multiClass: 'ovr' | 'ovo', average: 'macro' | 'weighted'): Check =>
      same('roc auc', () => rocAucMultiClass(y, flat, columns, { multiClass, average }));
    const ece = (bins: number): Check =>
      same('ece', () => expectedCalibrationError(confidences(y, flat, columns), { bins }));
    checkAll(
      expected,
      {
        top2: same('top 2', () => topKAccuracyScore(y, flat, columns, 2)),
        roc_auc_ovr_macro: auc('ovr', 'macro'),
        roc_auc_ovr_weighted: auc('ovr', 'weighted'),
        roc_auc_ovo_macro: auc('ovo', 'macro'),
        roc_auc_ovo_weighted: auc('ovo', 'weighted'),
        ece_10: ece(10),
        ece_15: ece(15),
        brier_multiclass_sum: same('brier', () => brierScore(y, flat, columns)),
      },
      /^(log_loss|classification)$/,
    );
  });

  it.each(golden.multilabel)('several labels $name', ({ Y, prob, expected }) => {
    const columns = Y[0].length;
    const shape = [Y.length, columns];
    const [labels, scores] = [Y.flat(), prob.flat()];
    const { predictions } = decide(
      { values: Float32Array.from(scores), shape },
      { values: Float32Array.from(labels), shape },
    );
    const each = (average: MultiLabelAverage): Record<string, Check> => ({
      [`roc_auc_${average}`]: same('roc auc', () => rocAucMultiLabel(labels, scores, columns, average)),
      [`average_precision_${average}`]: same('average precision', () =>
        averagePrecisionMultiLabel(labels, scores, columns, average),
      ),
    });
    checkAll(
      expected,
      {
        hamming_loss: same('hamming loss', () => hammingLoss(labels, predictions)),
        ...each('micro'),
        ...each('macro'),
        ...each('weighted'),
        ...each('samples'),
        prf_samples: (scores: Scores) => {
          const { precision, recall, f } = sampleScores(labels, predictions, columns);
          expectSameList([precision, recall, f], [scores.precision, scores.recall, scores.f1], 'samples');
        },
      },
      /^(subset_accuracy|prf_(macro|micro|weighted))$/,
    );
  });

  it.each(golden.entities)('entities $name', ({ sentences, expected }) => {
    for (const mode of ['default', 'strict'] as const) {
      const { precision, recall, f } = entityScores(
        sentences.map((sentence) => sentence.true),
        sentences.map((sentence) => sentence.pred),
        { mode },
      );
      expectSameList([precision, recall, f], [expected.precision, expected.recall, expected.f1], mode);
    }
  });

  it('sees the edge cases', () => {
    const names = golden.binary_scores.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['all-tied', 'single-class-0', 'nan-score', 'empty', 'bin-edges']),
    );
    expect(golden.multiclass.map(({ name }) => name)).toContain('ties-and-missing-class');
    expect(golden.multilabel.map(({ name }) => name)).toContain('label-never-true');
  });
});
