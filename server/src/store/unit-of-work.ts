import type { Reader, Writer } from '../operations/ports.ts';
import { adoptionReader, adoptionWriter } from './adoption.ts';
import { aliasReader, aliasWriter } from './alias.ts';
import { apiTokenReader, apiTokenWriter } from './api-token.ts';
import { auditReader, auditWriter } from './audit.ts';
import { authorReader, authorWriter } from './author.ts';
import { backlogReader } from './backlog.ts';
import { checkReader, checkWriter } from './check.ts';
import { clientUploadReader, clientUploadWriter } from './client-upload.ts';
import type { StoreContext } from './context.ts';
import { datasetReader, datasetWriter } from './dataset.ts';
import { experimentReader, experimentWriter } from './experiment.ts';
import { grantReader, grantWriter } from './grant.ts';
import { holdReader, holdWriter } from './hold.ts';
import { idempotencyReader, idempotencyWriter } from './idempotency.ts';
import { lineageReader, lineageWriter } from './lineage.ts';
import { loggedModelReader, loggedModelWriter } from './logged-model.ts';
import { metricReader, metricWriter } from './metric.ts';
import { modelVersionReader, modelVersionWriter } from './model-version.ts';
import { policyReader, policyWriter } from './policy.ts';
import { purgeReader, purgeWriter } from './purge.ts';
import { registeredModelReader, registeredModelWriter } from './registered-model.ts';
import { registrationMetricReader, registrationMetricWriter } from './registration-metric.ts';
import { retentionReader, retentionWriter } from './retention.ts';
import { retentionKeeperReader } from './retention-keeper.ts';
import { retentionPlanReader, retentionPlanWriter } from './retention-plan.ts';
import { runReader, runWriter } from './run.ts';
import { scoreTableReader, scoreTableWriter } from './score-table.ts';
import { sealReader, sealWriter } from './seal.ts';
import { serverLeaseReader, serverLeaseWriter } from './server-lease.ts';
import { sessionReader, sessionWriter } from './session.ts';
import { signatureReader, signatureWriter } from './signature.ts';
import { slotReader, slotWriter } from './slot.ts';
import { subjectReader, subjectWriter } from './subject.ts';
import { taintReader, taintWriter } from './taint.ts';
import { transitionRequestReader, transitionRequestWriter } from './transition-request.ts';
import { verificationReader, verificationWriter } from './verification.ts';
import { versionRecordReader, versionRecordWriter } from './version-record.ts';
import { versionUseReader, versionUseWriter } from './version-use.ts';
import { webhookReader, webhookWriter } from './webhook.ts';
import { webhookDeliveryReader, webhookDeliveryWriter } from './webhook-delivery.ts';

/** Everything that reads, on one handle. */
export function readerOf(context: StoreContext): Reader {
  return {
    registeredModels: registeredModelReader(context),
    modelVersions: modelVersionReader(context),
    aliases: aliasReader(context),
    versionRecords: versionRecordReader(context),
    adoptions: adoptionReader(context),
    slots: slotReader(context),
    seals: sealReader(context),
    clientUploads: clientUploadReader(context),
    serverLeases: serverLeaseReader(context),
    experiments: experimentReader(context),
    runs: runReader(context),
    metrics: metricReader(context),
    datasets: datasetReader(context),
    loggedModels: loggedModelReader(context),
    idempotency: idempotencyReader(context),
    webhooks: webhookReader(context),
    webhookDeliveries: webhookDeliveryReader(context),
    policies: policyReader(context),
    transitionRequests: transitionRequestReader(context),
    checks: checkReader(context),
    registrationMetrics: registrationMetricReader(context),
    signatures: signatureReader(context),
    scoreTables: scoreTableReader(context),
    verifications: verificationReader(context),
    holds: holdReader(context),
    lineage: lineageReader(context),
    taints: taintReader(context),
    versionUses: versionUseReader(context),
    purges: purgeReader(context),
    retention: retentionReader(context),
    retentionKeepers: retentionKeeperReader(context),
    retentionPlans: retentionPlanReader(context),
    authors: authorReader(context),
    subjects: subjectReader(context),
    grants: grantReader(context),
    apiTokens: apiTokenReader(context),
    sessions: sessionReader(context),
    audit: auditReader(context),
    backlog: backlogReader(context),
  };
}

/** Everything that writes, on the handle of one transaction. */
export function writerOf(context: StoreContext): Writer {
  return {
    registeredModels: registeredModelWriter(context),
    modelVersions: modelVersionWriter(context),
    aliases: aliasWriter(context),
    versionRecords: versionRecordWriter(context),
    adoptions: adoptionWriter(context),
    slots: slotWriter(context),
    seals: sealWriter(context),
    clientUploads: clientUploadWriter(context),
    serverLeases: serverLeaseWriter(context),
    experiments: experimentWriter(context),
    runs: runWriter(context),
    metrics: metricWriter(context),
    datasets: datasetWriter(context),
    loggedModels: loggedModelWriter(context),
    idempotency: idempotencyWriter(context),
    webhooks: webhookWriter(context),
    webhookDeliveries: webhookDeliveryWriter(context),
    policies: policyWriter(context),
    transitionRequests: transitionRequestWriter(context),
    checks: checkWriter(context),
    registrationMetrics: registrationMetricWriter(context),
    signatures: signatureWriter(context),
    scoreTables: scoreTableWriter(context),
    verifications: verificationWriter(context),
    holds: holdWriter(context),
    lineage: lineageWriter(context),
    taints: taintWriter(context),
    versionUses: versionUseWriter(context),
    purges: purgeWriter(context),
    retention: retentionWriter(context),
    retentionKeepers: retentionKeeperReader(context),
    retentionPlans: retentionPlanWriter(context),
    authors: authorWriter(context),
    subjects: subjectWriter(context),
    grants: grantWriter(context),
    apiTokens: apiTokenWriter(context),
    sessions: sessionWriter(context),
    audit: auditWriter(context),
    backlog: backlogReader(context),
  };
}
