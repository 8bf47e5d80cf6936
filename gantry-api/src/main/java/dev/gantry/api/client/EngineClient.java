package dev.gantry.api.client;

import dev.gantry.api.build.Parcel;
import dev.gantry.api.container.CheckpointCreate;
import dev.gantry.api.container.CheckpointSummary;
import dev.gantry.api.container.ContainerInspect;
import dev.gantry.api.container.ContainerStats;
import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.CreateResponse;
import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.container.ExecCreated;
import dev.gantry.api.container.ExecInspect;
import dev.gantry.api.container.ExecStart;
import dev.gantry.api.container.FilesystemChange;
import dev.gantry.api.container.IdResponse;
import dev.gantry.api.container.PathStat;
import dev.gantry.api.container.PortsUpdate;
import dev.gantry.api.container.PortsUpdated;
import dev.gantry.api.container.TopResponse;
import dev.gantry.api.container.UpdateRequest;
import dev.gantry.api.container.UpdateResponse;
import dev.gantry.api.container.WaitResponse;
import dev.gantry.api.image.DeletedItem;
import dev.gantry.api.image.HistoryItem;
import dev.gantry.api.image.ImageSummary;
import dev.gantry.api.image.SearchResult;
import dev.gantry.api.json.Wire;
import dev.gantry.api.network.NetworkConnect;
import dev.gantry.api.network.NetworkCreate;
import dev.gantry.api.network.NetworkCreated;
import dev.gantry.api.network.NetworkDisconnect;
import dev.gantry.api.network.NetworkSummary;
import dev.gantry.api.network.NetworksPruned;
import dev.gantry.api.plugin.Plugin;
import dev.gantry.api.plugin.PluginPrivilege;
import dev.gantry.api.system.AuthAnswer;
import dev.gantry.api.system.AuthConfig;
import dev.gantry.api.system.DiskUsage;
import dev.gantry.api.system.Info;
import dev.gantry.api.system.Version;
import dev.gantry.api.volume.Volume;
import dev.gantry.api.volume.VolumeCopied;
import dev.gantry.api.volume.VolumeCreate;
import dev.gantry.api.volume.VolumeExpanded;
import dev.gantry.api.volume.VolumeList;
import dev.gantry.api.volume.VolumesPruned;
import dev.gantry.base.Unavailable;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The calls of the Engine API by name. Errors of the engine are [EngineError], an engine out of reach is
/// [dev.gantry.base.Unavailable].
public final class EngineClient implements Closeable {
    private final HttpClient http;

    public EngineClient(Dialer dialer) {
        this.http = new HttpClient(dialer);
    }

    /// For requests that have no method here.
    public HttpClient http() {
        return http;
    }

    public CreateResponse createContainer(String name, String platform, CreateRequest request) {
        return one(
                Request.post("/containers/create")
                        .with("name", name)
                        .with("platform", platform)
                        .json(write(CreateRequest.class, request)),
                CreateResponse.class);
    }

    public void startContainer(String container) {
        done(container(container, "POST", "/start"));
    }

    /// From a checkpoint; empty text: from its program, and with the container's own files.
    public void startContainer(String container, String checkpoint, String directory) {
        done(container(container, "POST", "/start")
                .with("checkpoint", checkpoint)
                .with("checkpoint-dir", directory));
    }

    public void createCheckpoint(String container, CheckpointCreate wanted) {
        done(container(container, "POST", "/checkpoints").json(write(CheckpointCreate.class, wanted)));
    }

    /// Those in a directory of the engine's host; empty text: with the container's own files.
    public List<CheckpointSummary> checkpoints(String container, String directory) {
        return list(container(container, "GET", "/checkpoints").with("dir", directory), CheckpointSummary.class);
    }

    public void removeCheckpoint(String container, String checkpoint, String directory) {
        done(container(container, "DELETE", "/checkpoints/" + Request.segment(checkpoint))
                .with("dir", directory));
    }

    /// Stops with the container's signal and timeout where `signal` and `seconds` are empty text.
    public void stopContainer(String container, String signal, String seconds) {
        done(container(container, "POST", "/stop").with("signal", signal).with("t", seconds));
    }

    public void restartContainer(String container, String signal, String seconds) {
        done(container(container, "POST", "/restart").with("signal", signal).with("t", seconds));
    }

    public void killContainer(String container, String signal) {
        done(container(container, "POST", "/kill").with("signal", signal));
    }

    public void pauseContainer(String container) {
        done(container(container, "POST", "/pause"));
    }

    public void unpauseContainer(String container) {
        done(container(container, "POST", "/unpause"));
    }

    public UpdateResponse updateContainer(String container, UpdateRequest wanted) {
        return one(
                container(container, "POST", "/update").json(write(UpdateRequest.class, wanted)), UpdateResponse.class);
    }

    /// Its processes, in the columns that these options of `ps` give; empty text is the usual ones.
    public TopResponse top(String container, String options) {
        return one(container(container, "GET", "/top").with("ps_args", options), TopResponse.class);
    }

    /// What a container uses, with a reading before it to count with.
    public ContainerStats stats(String container) {
        return one(container(container, "GET", "/stats").with("stream", "0"), ContainerStats.class);
    }

    /// The same again and again: a [ContainerStats] on each line.
    public Response statsStream(String container) {
        return http.ask(container(container, "GET", "/stats").with("stream", "1"));
    }

    public void renameContainer(String container, String name) {
        done(container(container, "POST", "/rename").with("name", name));
    }

    /// Publishes other ports, also while it runs.
    public PortsUpdated updatePorts(String container, PortsUpdate wanted) {
        return one(container(container, "POST", "/ports").json(write(PortsUpdate.class, wanted)), PortsUpdated.class);
    }

    public void resizeContainer(String container, int rows, int columns) {
        done(container(container, "POST", "/resize")
                .with("h", Integer.toString(rows))
                .with("w", Integer.toString(columns)));
    }

    public void removeContainer(String container, boolean force, boolean volumes, boolean link) {
        done(container(container, "DELETE", "")
                .with("force", force)
                .with("v", volumes)
                .with("link", link));
    }

    /// What the container has done to its image; sorted by path.
    public List<FilesystemChange> changes(String container) {
        return list(container(container, "GET", "/changes"), FilesystemChange.class);
    }

    /// Its root as a tar.
    public Response export(String container) {
        return http.ask(container(container, "GET", "/export"));
    }

    private static final String STAT = "x-docker-container-path-stat";

    /// What is at a path of a container; a link there is not followed.
    public Optional<PathStat> statPath(String container, String path) {
        try (Response response = http.ask(archive(container, "HEAD", path))) {
            return Optional.of(stat(response));
        } catch (EngineError e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// What is at a path of a container, with all below it, as a tar; [#stat] says what it is.
    public Response copyOut(String container, String path) {
        return http.ask(archive(container, "GET", path));
    }

    /// Of an answer of [#copyOut].
    public static PathStat stat(Response response) {
        return Wire.json().type(PathStat.class).fromJson(Base64.getDecoder().decode(response.header(STAT)));
    }

    /// Unpacks a tar into a directory of a container, where directories stay what they are.
    ///
    /// @param ofUser whether all is the container's user's
    public void copyIn(String container, String directory, InputStream tar, boolean ofUser) {
        done(
                archive(container, "PUT", directory)
                        .with("noOverwriteDirNonDir", "true")
                        .with("copyUIDGID", ofUser)
                        .stream(tar, "application/x-tar"));
    }

    private static Request archive(String container, String method, String path) {
        return container(container, method, "/archive").with("path", path);
    }

    /// Makes an image, and answers its id.
    public String commit(Request request) {
        return one(request, IdResponse.class).id();
    }

    public ContainerInspect inspectContainer(String container) {
        return one(container(container, "GET", "/json"), ContainerInspect.class);
    }

    /// `filters` is the JSON of the query parameter, or empty text.
    public List<ContainerSummary> containers(boolean all, String limit, boolean size, String filters) {
        return list(
                Request.get("/containers/json")
                        .with("all", all)
                        .with("limit", limit)
                        .with("size", size)
                        .with("filters", filters),
                ContainerSummary.class);
    }

    /// Waits, however long it takes, until the condition holds: `not-running`, `next-exit` or `removed`.
    /// The engine sends the head of its answer once it is watching, which [Waiting] lets the caller rely on.
    public Waiting waitContainer(String container, String condition) {
        return new Waiting(http.ask(container(container, "POST", "/wait").with("condition", condition)));
    }

    /// A wait which the engine has confirmed.
    public static final class Waiting implements Closeable {
        private final Response response;

        Waiting(Response response) {
            this.response = response;
        }

        public WaitResponse await() {
            try (response) {
                return Wire.json().type(WaitResponse.class).fromJson(response.text());
            } catch (IOException e) {
                throw broken(e);
            }
        }

        @Override
        public void close() throws IOException {
            response.close();
        }
    }

    public Request attachRequest(String container) {
        return container(container, "POST", "/attach");
    }

    public Response logs(Request request) {
        return http.ask(request);
    }

    public Request logsRequest(String container) {
        return container(container, "GET", "/logs");
    }

    public String createExec(String container, ExecConfig config) {
        return one(container(container, "POST", "/exec").json(write(ExecConfig.class, config)), ExecCreated.class)
                .id();
    }

    public Duplex startExec(String exec, ExecStart start) {
        return http.hijack(exec(exec, "POST", "/start").json(write(ExecStart.class, start)));
    }

    public void startExecDetached(String exec, ExecStart start) {
        done(exec(exec, "POST", "/start").json(write(ExecStart.class, start)));
    }

    public void resizeExec(String exec, int rows, int columns) {
        done(exec(exec, "POST", "/resize").with("h", Integer.toString(rows)).with("w", Integer.toString(columns)));
    }

    public ExecInspect inspectExec(String exec) {
        return one(exec(exec, "GET", "/json"), ExecInspect.class);
    }

    public List<ImageSummary> images(boolean all, String filters) {
        return list(Request.get("/images/json").with("all", all).with("filters", filters), ImageSummary.class);
    }

    public List<HistoryItem> history(String image, String platform) {
        return list(
                Request.get("/images/" + Request.segment(image) + "/history").with("platform", platform),
                HistoryItem.class);
    }

    /// What the index of a registry finds.
    public List<SearchResult> search(Request request) {
        return list(request, SearchResult.class);
    }

    public List<DeletedItem> removeImage(String image, boolean force, boolean noPrune) {
        return removeImage(image, force, noPrune, "");
    }

    /// `platform` is the one that it must have, or empty.
    public List<DeletedItem> removeImage(String image, boolean force, boolean noPrune, String platform) {
        Request request = Request.of("DELETE", "/images/" + Request.segment(image))
                .with("force", force)
                .with("noprune", noPrune);
        return list(platform.isEmpty() ? request : request.with("platforms", platform), DeletedItem.class);
    }

    /// Builds an image of a context that is a tar; a [dev.gantry.api.image.Progress] on each line. What went wrong
    /// after the beginning is in the last one.
    ///
    /// @param parameters a request that has all but the context
    public Response build(Request parameters, InputStream context) {
        return http.ask(parameters.stream(context, "application/x-tar"));
    }

    /// Builds of a [dev.gantry.api.build.Parcel], of whose answer the first stream is what was made and the second the
    /// lines of the build.
    public Response buildParcel(Request parameters, InputStream parcel) {
        return http.ask(parameters.to("/build/parcel").stream(parcel, Parcel.CONTENT_TYPE));
    }

    public static Request buildRequest() {
        return Request.post("/build");
    }

    public void tagImage(String image, String repository, String tag) {
        done(Request.post("/images/" + Request.segment(image) + "/tag")
                .with("repo", repository)
                .with("tag", tag));
    }

    public Volume createVolume(VolumeCreate wanted) {
        return one(Request.post("/volumes/create").json(write(VolumeCreate.class, wanted)), Volume.class);
    }

    public VolumeList volumes(String filters) {
        return one(Request.get("/volumes").with("filters", filters), VolumeList.class);
    }

    public void removeVolume(String volume, boolean force) {
        done(Request.of("DELETE", "/volumes/" + Request.segment(volume)).with("force", force));
    }

    /// A route of our own that answers with what came of it: clone, snapshot, restore, rename.
    public VolumeCopied copyVolume(Request request) {
        return one(request, VolumeCopied.class);
    }

    public VolumeExpanded expandVolume(String volume, long bytes) {
        return one(
                Request.post("/volumes/" + Request.segment(volume) + "/expand").with("size", Long.toString(bytes)),
                VolumeExpanded.class);
    }

    public VolumesPruned pruneVolumes(String filters) {
        return one(Request.post("/volumes/prune").with("filters", filters), VolumesPruned.class);
    }

    public NetworkCreated createNetwork(NetworkCreate wanted) {
        return one(Request.post("/networks/create").json(write(NetworkCreate.class, wanted)), NetworkCreated.class);
    }

    public List<NetworkSummary> networks(String filters) {
        return list(Request.get("/networks").with("filters", filters), NetworkSummary.class);
    }

    public void removeNetwork(String network) {
        done(Request.of("DELETE", network(network)));
    }

    public void connectNetwork(String network, NetworkConnect wanted) {
        done(Request.post(network(network) + "/connect").json(write(NetworkConnect.class, wanted)));
    }

    public void disconnectNetwork(String network, String container, boolean force) {
        done(Request.post(network(network) + "/disconnect")
                .json(write(NetworkDisconnect.class, new NetworkDisconnect(container, force))));
    }

    public NetworksPruned pruneNetworks(String filters) {
        return one(Request.post("/networks/prune").with("filters", filters), NetworksPruned.class);
    }

    public List<Plugin> plugins(String filters) {
        return list(Request.get("/plugins").with("filters", filters), Plugin.class);
    }

    public Plugin plugin(String name) {
        return one(Request.get(plugin(name, "/json")), Plugin.class);
    }

    public List<PluginPrivilege> pluginPrivileges(Request request) {
        return list(request, PluginPrivilege.class);
    }

    public void createPlugin(String name, InputStream tar) {
        done(Request.post("/plugins/create").with("name", name).stream(tar, "application/x-tar"));
    }

    public void enablePlugin(String name, String seconds) {
        done(Request.post(plugin(name, "/enable")).with("timeout", seconds));
    }

    public void disablePlugin(String name, boolean force) {
        done(Request.post(plugin(name, "/disable")).with("force", force));
    }

    public void setPlugin(String name, List<String> changes) {
        done(Request.post(plugin(name, "/set"))
                .json(Wire.json().type(String.class).list().toJson(changes)));
    }

    public void removePlugin(String name, boolean force) {
        done(Request.of("DELETE", plugin(name, "")).with("force", force));
    }

    private static String plugin(String name, String action) {
        return "/plugins/" + Request.segment(name) + action;
    }

    private static String network(String name) {
        return "/networks/" + Request.segment(name);
    }

    public Version version() {
        return one(Request.get("/version"), Version.class);
    }

    /// What is on its disk, and what of it is used.
    public DiskUsage diskUsage() {
        return one(Request.get("/system/df"), DiskUsage.class);
    }

    /// Whether a registry takes this login.
    public AuthAnswer login(AuthConfig login) {
        return one(Request.post("/auth").json(write(AuthConfig.class, login)), AuthAnswer.class);
    }

    public Info info() {
        return one(Request.get("/info"), Info.class);
    }

    /// The answer of an inspect as the engine wrote it: what it says beyond our records is kept.
    public String raw(Request request) {
        try (Response response = http.ask(request)) {
            return response.text();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public void close() throws IOException {
        http.close();
    }

    private static Request container(String container, String method, String action) {
        return Request.of(method, "/containers/" + Request.segment(container) + action);
    }

    private static Request exec(String exec, String method, String action) {
        return Request.of(method, "/exec/" + Request.segment(exec) + action);
    }

    private void done(Request request) {
        try (Response response = http.ask(request);
                InputStream body = response.body()) {
            body.skip(Long.MAX_VALUE);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private <T> T one(Request request, Class<T> type) {
        return Wire.json().type(type).fromJson(raw(request));
    }

    private <T> List<T> list(Request request, Class<T> type) {
        return Wire.json().type(type).list().fromJson(raw(request));
    }

    private static <T> String write(Class<T> type, T value) {
        return Wire.json().type(type).toJson(value);
    }

    private static Unavailable broken(IOException e) {
        return new Unavailable("read the engine's answer", String.valueOf(e.getMessage()), "ask again", e);
    }
}
