import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.FileInfo;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.ActiveRun;
import org.mlflow.tracking.ExperimentsPage;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowContext;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.ModelVersionsPage;
import org.mlflow.tracking.RunsPage;

/**
 * Drives a server with every call of MLflow's Java client. Arguments: the server's address, a suffix that makes names
 * unique, a folder to work in. Prints one line `ok <step>` a step; the first wrong answer ends it with code 1.
 */
public final class DriveServer {
  private static final long START = 1_700_000_000_000L;
  private static final long BEYOND_DOUBLE = 9_007_199_254_740_993L;

  private final MlflowClient client;
  private final String suffix;
  private final Path folder;
  private String experimentId;
  private String runId;

  private DriveServer(String server, String suffix, Path folder) {
    this.client = new MlflowClient(server);
    this.suffix = suffix;
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    DriveServer drive = new DriveServer(arguments[0], arguments[1], Path.of(arguments[2]));
    drive.step("experiments", drive::experiments);
    drive.step("runs", drive::runs);
    drive.step("metrics", drive::metrics);
    drive.step("batch", drive::batch);
    drive.step("search runs", drive::searchRuns);
    drive.step("delete and restore", drive::deleteAndRestore);
    drive.step("model registry", drive::modelRegistry);
    drive.step("artifacts", drive::artifacts);
    drive.step("fluent", drive::fluent);
    drive.step("errors", drive::errors);
    drive.client.close();
  }

  private interface Step {
    void run() throws Exception;
  }

  private void step(String name, Step step) throws Exception {
    step.run();
    System.out.println("ok " + name);
  }

  private static void same(Object expected, Object actual) {
    if (!Objects.equals(expected, actual))
      throw new AssertionError("expected " + expected + ", got " + actual);
  }

  private void experiments() {
    experimentId = client.createExperiment("java " + suffix);
    client.setExperimentTag(experimentId, "team", "vision");
    Experiment found = client.getExperiment(experimentId);
    same("java " + suffix, found.getName());
    same("vision", found.getTags(0).getValue());
    same(experimentId, client.getExperimentByName("java " + suffix).orElseThrow().getExperimentId());
    same(false, client.getExperimentByName("no such " + suffix).isPresent());
    client.renameExperiment(experimentId, "java renamed " + suffix);
    client.deleteExperiment(experimentId);
    same("deleted", client.getExperiment(experimentId).getLifecycleStage());
    client.restoreExperiment(experimentId);
    String second = client.createExperiment("java second " + suffix);
    String filter = "name LIKE 'java %" + suffix + "'";
    ExperimentsPage page =
        client.searchExperiments(filter, ViewType.ACTIVE_ONLY, 1, List.of("name ASC"));
    same("java renamed " + suffix, page.getItems().get(0).getName());
    same(true, page.hasNextPage());
    same(second, page.getNextPage().getItems().iterator().next().getExperimentId());
  }

  private void runs() {
    runId = client.createRun(experimentId).getRunId();
    RunInfo named =
        client.createRun(
            CreateRun.newBuilder()
                .setExperimentId(experimentId)
                .setStartTime(START)
                .setUserId("java")
                .setRunName("named run")
                .addTags(RunTag.newBuilder().setKey("kind").setValue("named"))
                .build());
    same(START, named.getStartTime());
    same("named run", named.getRunName());
    client.logParam(runId, "max_depth", "8");
    client.setTag(runId, "phase", "training");
    client.setTag(runId, "gone", "x");
    client.deleteTag(runId, "gone");
    client.setTerminated(runId, RunStatus.FINISHED, START + 5);
    Run run = client.getRun(runId);
    same(RunStatus.FINISHED, run.getInfo().getStatus());
    same(START + 5, run.getInfo().getEndTime());
    same("8", run.getData().getParams(0).getValue());
    Map<String, String> tags = tagsOf(run);
    same("training", tags.get("phase"));
    same(false, tags.containsKey("gone"));
  }

  private void metrics() {
    client.logMetric(runId, "loss", 0.5, START, BEYOND_DOUBLE);
    client.logMetric(runId, "loss", 0.25, START + 1, BEYOND_DOUBLE + 1);
    client.logMetric(runId, "odd", Double.NaN, START, 0);
    client.logMetric(runId, "great", Double.POSITIVE_INFINITY, START, -1);
    List<Metric> history = client.getMetricHistory(runId, "loss");
    same(2, history.size());
    same(BEYOND_DOUBLE, history.get(0).getStep());
    same(START + 1, history.get(1).getTimestamp());
    Map<String, Double> last = metricsOf(client.getRun(runId));
    same(0.25, last.get("loss"));
    same(Double.NaN, last.get("odd"));
    // MLflow keeps the infinities as the greatest double.
    same(Double.MAX_VALUE, last.get("great"));
  }

  private void batch() {
    List<Metric> metrics = new ArrayList<>();
    for (int step = 0; step < 100; step++)
      metrics.add(
          Metric.newBuilder().setKey("f1").setValue(step / 100.0).setTimestamp(START).setStep(step).build());
    client.logBatch(
        runId,
        metrics,
        List.of(Param.newBuilder().setKey("eta").setValue("0.1").build()),
        List.of(RunTag.newBuilder().setKey("batch").setValue("yes").build()));
    same(100, client.getMetricHistory(runId, "f1").size());
    same("yes", tagsOf(client.getRun(runId)).get("batch"));
    client.logBatch(runId, Collections.emptyList(), null, null);
  }

  private void searchRuns() {
    List<String> experiments = List.of(experimentId);
    same(2, client.listRunInfos(experimentId).size());
    same(1, client.searchRuns(experiments, "metrics.loss < 0.3 and params.eta = '0.1'").size());
    RunsPage page =
        client.searchRuns(experiments, "", ViewType.ACTIVE_ONLY, 1, List.of("attributes.start_time ASC"));
    same("named run", page.getItems().get(0).getInfo().getRunName());
    same(true, page.hasNextPage());
    same(runId, page.getNextPage().getItems().iterator().next().getInfo().getRunId());
  }

  private void deleteAndRestore() {
    client.deleteRun(runId);
    same("deleted", client.getRun(runId).getInfo().getLifecycleStage());
    same(1, client.searchRuns(List.of(experimentId), "", ViewType.DELETED_ONLY).size());
    client.restoreRun(runId);
    same("active", client.getRun(runId).getInfo().getLifecycleStage());
  }

  /** The client reads the registry and leaves writing to its raw calls. */
  private void modelRegistry() throws Exception {
    String model = "java-" + suffix;
    client.sendPost("registered-models/create", "{\"name\":\"" + model + "\",\"description\":\"layers\"}");
    for (int version = 1; version <= 3; version++)
      client.sendPost(
          "model-versions/create",
          "{\"name\":\"" + model + "\",\"source\":\"s3://bucket/" + version + "\",\"run_id\":\"" + runId + "\"}");
    client.sendPost(
        "model-versions/transition-stage",
        "{\"name\":\"" + model + "\",\"version\":\"2\",\"stage\":\"Staging\",\"archive_existing_versions\":false}");
    client.sendPatch("registered-models/update", "{\"name\":\"" + model + "\",\"description\":\"changed\"}");
    same("changed", client.getRegisteredModel(model).getDescription());
    same(2, client.getRegisteredModel(model).getLatestVersionsCount());
    same(List.of("2", "3"), versionsOf(client.getLatestVersions(model)));
    same(List.of("2"), versionsOf(client.getLatestVersions(model, List.of("Staging"))));
    ModelVersion third = client.getModelVersion(model, "3");
    same(runId, third.getRunId());
    same("None", third.getCurrentStage());
    same(true, third.getCreationTimestamp() > 0);
    same("s3://bucket/3", client.getModelVersionDownloadUri(model, "3"));
    ModelVersionsPage page =
        client.searchModelVersions("name='" + model + "'", 2, List.of("version_number ASC"));
    same(List.of("1", "2"), versionsOf(page.getItems()));
    same(List.of("3"), versionsOf(page.getNextPage().getItems()));
    same(true, client.sendGet("registered-models/get?name=" + model).contains("changed"));
  }

  /** The client hands files to MLflow's command line, which it finds by MLFLOW_PYTHON_EXECUTABLE. */
  private void artifacts() throws Exception {
    Path local = Files.createDirectories(folder.resolve("plots"));
    Files.writeString(local.resolve("layers.txt"), "brown", StandardCharsets.UTF_8);
    client.logArtifacts(runId, local.toFile(), "plots");
    client.logArtifact(runId, local.resolve("layers.txt").toFile());
    List<String> paths = new ArrayList<>();
    for (FileInfo file : client.listArtifacts(runId)) paths.add(file.getPath() + (file.getIsDir() ? "/" : ""));
    Collections.sort(paths);
    same(List.of("layers.txt", "plots/"), paths);
    same("plots/layers.txt", client.listArtifacts(runId, "plots").get(0).getPath());
    File fetched = client.downloadArtifacts(runId, "plots/layers.txt");
    same("brown", Files.readString(fetched.toPath()));
  }

  private void fluent() {
    MlflowContext context = new MlflowContext(client).setExperimentId(experimentId);
    ActiveRun parent = context.startRun("fluent");
    parent.logMetrics(Map.of("a", 1.0, "b", 2.0), 3);
    parent.logParams(Map.of("p", "1"));
    parent.setTags(Map.of("t", "1"));
    ActiveRun child = context.startRun("child", parent.getId());
    child.endRun();
    parent.endRun(RunStatus.FAILED);
    Run found = client.getRun(parent.getId());
    same(RunStatus.FAILED, found.getInfo().getStatus());
    same(2.0, metricsOf(found).get("b"));
    same(parent.getId(), tagsOf(client.getRun(child.getId())).get("mlflow.parentRunId"));
  }

  private void errors() {
    same(404, statusOf(() -> client.getRun("0123456789abcdef0123456789abcdef")));
    same(404, statusOf(() -> client.getModelVersion("absent-" + suffix, "1")));
    same(400, statusOf(() -> client.createExperiment("java renamed " + suffix)));
    same(400, statusOf(() -> client.searchRuns(List.of(experimentId), "no filter at all")));
    same(400, statusOf(() -> client.logParam(runId, "max_depth", "9")));
  }

  private static int statusOf(Step step) {
    try {
      step.run();
      return 200;
    } catch (MlflowHttpException error) {
      return error.getStatusCode();
    } catch (Exception error) {
      throw new AssertionError("an answer that the client does not understand", error);
    }
  }

  private static Map<String, String> tagsOf(Run run) {
    Map<String, String> tags = new TreeMap<>();
    for (RunTag tag : run.getData().getTagsList()) tags.put(tag.getKey(), tag.getValue());
    return tags;
  }

  private static Map<String, Double> metricsOf(Run run) {
    Map<String, Double> metrics = new TreeMap<>();
    for (Metric metric : run.getData().getMetricsList()) metrics.put(metric.getKey(), metric.getValue());
    return metrics;
  }

  private static List<String> versionsOf(Iterable<ModelVersion> versions) {
    List<String> numbers = new ArrayList<>();
    for (ModelVersion version : versions) numbers.add(version.getVersion());
    Collections.sort(numbers);
    return numbers;
  }
}
