/** Which way a metric gets better; null when its name does not say. */
export type MetricDirection = 'higher_is_better' | 'lower_is_better';

const HIGHER = new Set(
  (
    'accuracy acc balanced_accuracy top1 top5 top1_accuracy top5_accuracy top_1_accuracy top_5_accuracy ' +
    'precision recall sensitivity specificity tpr tnr f1 f1_score f1_macro f1_micro f1_weighted fbeta ' +
    'auc roc_auc auroc pr_auc auprc average_precision ap map map50 map_50 map75 map_75 map50_95 iou miou mean_iou ' +
    'dice dice_score jaccard r2 r2_score explained_variance mcc kappa cohen_kappa ndcg mrr hit_rate bleu rouge meteor ' +
    'psnr ssim score silhouette silhouette_score throughput fps mota motp idf1 hota likelihood log_likelihood'
  ).split(' '),
);
const LOWER = new Set(
  (
    'loss log_loss logloss cross_entropy error error_rate mae mse rmse msle rmsle mape smape medae max_error ' +
    'mean_absolute_error mean_squared_error root_mean_squared_error mean_absolute_percentage_error ' +
    'perplexity wer cer brier brier_score brier_score_loss ece calibration_error fpr fnr false_positive_rate ' +
    'false_negative_rate hinge_loss hamming_loss kl_divergence fid latency latency_ms latency_s inference_ms ' +
    'inference_time inference_time_ms duration duration_ms duration_s training_time training_time_s ' +
    'memory_mb peak_memory_mb bic aic'
  ).split(' '),
);
const DATA_PREFIX = /^(?:train|training|val|valid|validation|test|testing|eval|evaluation|holdout)_/;

/**
 * Judges by the well-known name, in any case, of which the data set may stand in front (`val_accuracy`,
 * `val/accuracy`) and a slice behind (`recall/camera:ir`).
 */
export function metricDirection(name: string): MetricDirection | null {
  for (const part of name.toLowerCase().split('/')) {
    const bare = part.trim().replaceAll(/[ -]/g, '_').replace(DATA_PREFIX, '');
    if (HIGHER.has(bare)) return 'higher_is_better';
    if (LOWER.has(bare)) return 'lower_is_better';
    if (bare.endsWith('_loss') || bare.endsWith('_error')) return 'lower_is_better';
    if (bare.endsWith('_accuracy')) return 'higher_is_better';
  }
  return null;
}

/** What somebody says of the metric, else what its name does; null: neither. */
export function directionOf(
  name: string,
  said: ReadonlyMap<string, MetricDirection>,
): MetricDirection | null {
  return said.get(name) ?? metricDirection(name);
}
