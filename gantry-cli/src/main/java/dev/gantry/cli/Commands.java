package dev.gantry.cli;

import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.container.AttachCommand;
import dev.gantry.cli.container.CheckpointCommand;
import dev.gantry.cli.container.CommitCommand;
import dev.gantry.cli.container.CpCommand;
import dev.gantry.cli.container.CreateCommand;
import dev.gantry.cli.container.DiffCommand;
import dev.gantry.cli.container.ExecCommand;
import dev.gantry.cli.container.ExportCommand;
import dev.gantry.cli.container.KillCommand;
import dev.gantry.cli.container.LogsCommand;
import dev.gantry.cli.container.PauseCommand;
import dev.gantry.cli.container.PsCommand;
import dev.gantry.cli.container.RenameCommand;
import dev.gantry.cli.container.RmCommand;
import dev.gantry.cli.container.RunCommand;
import dev.gantry.cli.container.StartCommand;
import dev.gantry.cli.container.StatsCommand;
import dev.gantry.cli.container.StopCommand;
import dev.gantry.cli.container.TopCommand;
import dev.gantry.cli.container.UpdateCommand;
import dev.gantry.cli.container.WaitCommand;
import dev.gantry.cli.context.ContextLsCommand;
import dev.gantry.cli.context.ContextShowCommand;
import dev.gantry.cli.image.BuildCommand;
import dev.gantry.cli.image.HistoryCommand;
import dev.gantry.cli.image.ImagesCommand;
import dev.gantry.cli.image.ImportCommand;
import dev.gantry.cli.image.LoadCommand;
import dev.gantry.cli.image.LoginCommand;
import dev.gantry.cli.image.LogoutCommand;
import dev.gantry.cli.image.PullCommand;
import dev.gantry.cli.image.PushCommand;
import dev.gantry.cli.image.RmiCommand;
import dev.gantry.cli.image.SaveCommand;
import dev.gantry.cli.image.SearchCommand;
import dev.gantry.cli.image.TagCommand;
import dev.gantry.cli.network.NetworkConnectCommand;
import dev.gantry.cli.network.NetworkCreateCommand;
import dev.gantry.cli.network.NetworkDisconnectCommand;
import dev.gantry.cli.network.NetworkInspectCommand;
import dev.gantry.cli.network.NetworkLsCommand;
import dev.gantry.cli.network.NetworkPruneCommand;
import dev.gantry.cli.network.NetworkRmCommand;
import dev.gantry.cli.network.PortCommand;
import dev.gantry.cli.plugin.PluginCreateCommand;
import dev.gantry.cli.plugin.PluginDisableCommand;
import dev.gantry.cli.plugin.PluginEnableCommand;
import dev.gantry.cli.plugin.PluginInspectCommand;
import dev.gantry.cli.plugin.PluginInstallCommand;
import dev.gantry.cli.plugin.PluginLsCommand;
import dev.gantry.cli.plugin.PluginPushCommand;
import dev.gantry.cli.plugin.PluginRmCommand;
import dev.gantry.cli.plugin.PluginSetCommand;
import dev.gantry.cli.plugin.PluginUpgradeCommand;
import dev.gantry.cli.system.DialStdioCommand;
import dev.gantry.cli.system.DiskUsageCommand;
import dev.gantry.cli.system.EventsCommand;
import dev.gantry.cli.system.InfoCommand;
import dev.gantry.cli.system.InspectCommand;
import dev.gantry.cli.system.InstallCommand;
import dev.gantry.cli.system.MigrateDockerCommand;
import dev.gantry.cli.system.RuntimeCommand;
import dev.gantry.cli.system.UninstallCommand;
import dev.gantry.cli.system.VersionCommand;
import dev.gantry.cli.volume.VolumeBackupCommand;
import dev.gantry.cli.volume.VolumeCopyCommand;
import dev.gantry.cli.volume.VolumeCreateCommand;
import dev.gantry.cli.volume.VolumeExpandCommand;
import dev.gantry.cli.volume.VolumeInspectCommand;
import dev.gantry.cli.volume.VolumeLsCommand;
import dev.gantry.cli.volume.VolumeMoveCommand;
import dev.gantry.cli.volume.VolumePruneCommand;
import dev.gantry.cli.volume.VolumeRenameCommand;
import dev.gantry.cli.volume.VolumeRestoreCommand;
import dev.gantry.cli.volume.VolumeRmCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The table of commands. Only the one that is asked for is built.
final class Commands {
    /// Long forms of the docker client: `container ls` is `ps`.
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("container ls", "ps"),
            Map.entry("container list", "ps"),
            Map.entry("container ps", "ps"),
            Map.entry("container remove", "rm"),
            Map.entry("image ls", "images"),
            Map.entry("image list", "images"),
            Map.entry("image rm", "rmi"),
            Map.entry("image remove", "rmi"),
            Map.entry("checkpoint list", "checkpoint ls"),
            Map.entry("checkpoint remove", "checkpoint rm"),
            Map.entry("context list", "context ls"),
            Map.entry("network list", "network ls"),
            Map.entry("network remove", "network rm"),
            Map.entry("plugin list", "plugin ls"),
            Map.entry("plugin remove", "plugin rm"),
            Map.entry("volume list", "volume ls"),
            Map.entry("volume remove", "volume rm"));

    private static final List<String> OF_CONTAINERS = List.of(
            "attach", "commit", "cp", "create", "diff", "exec", "export", "inspect", "kill", "logs", "pause", "port",
            "rename", "restart", "rm", "run", "start", "stats", "stop", "top", "unpause", "update", "wait");
    private static final List<String> OF_IMAGES =
            List.of("build", "history", "import", "inspect", "load", "pull", "push", "save", "tag");
    private static final List<String> OF_NETWORKS =
            List.of("connect", "create", "disconnect", "inspect", "ls", "prune", "rm");
    private static final List<String> OF_PLUGINS =
            List.of("create", "disable", "enable", "inspect", "install", "ls", "push", "rm", "set", "upgrade");
    private static final List<String> OF_VOLUMES = List.of(
            "backup",
            "clone",
            "create",
            "expand",
            "inspect",
            "ls",
            "move",
            "prune",
            "rename",
            "restore",
            "rm",
            "snapshot");
    private static final List<String> OF_THE_SYSTEM = List.of("df", "dial-stdio", "events", "info");

    /// In the order of help: what one needs first comes first.
    private static final List<String> NAMES = List.of(
            "run",
            "exec",
            "ps",
            "logs",
            "stop",
            "rm",
            "build",
            "images",
            "pull",
            "push",
            "load",
            "save",
            "search",
            "import",
            "tag",
            "rmi",
            "history",
            "create",
            "start",
            "restart",
            "kill",
            "pause",
            "unpause",
            "wait",
            "attach",
            "cp",
            "diff",
            "export",
            "commit",
            "port",
            "rename",
            "update",
            "inspect",
            "stats",
            "top",
            "events",
            "info",
            "system df",
            "login",
            "logout",
            "version",
            "runtime",
            "install",
            "uninstall",
            "migrate docker",
            "context ls",
            "context show",
            "system dial-stdio",
            "network create",
            "network ls",
            "network inspect",
            "network connect",
            "network disconnect",
            "network rm",
            "network prune",
            "volume create",
            "volume ls",
            "volume inspect",
            "volume rm",
            "volume prune",
            "volume snapshot",
            "volume clone",
            "volume restore",
            "volume backup",
            "volume move",
            "volume rename",
            "volume expand",
            "checkpoint create",
            "checkpoint ls",
            "checkpoint rm",
            "plugin install",
            "plugin ls",
            "plugin inspect",
            "plugin enable",
            "plugin disable",
            "plugin set",
            "plugin upgrade",
            "plugin rm",
            "plugin create",
            "plugin push");

    private final Extras extras;

    Commands(Extras extras) {
        this.extras = extras;
    }

    /// A command and what follows its name.
    record Found(Command command, List<String> arguments) {}

    Found find(List<String> words) {
        String first = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        if (first.equals("help")) {
            return rest.isEmpty()
                    ? new Found(new HelpCommand(this), rest)
                    : new Found(find(rest).command(), List.of("--help"));
        }
        if (List.of("checkpoint", "container", "context", "image", "migrate", "network", "plugin", "volume", "system")
                        .contains(first)
                && !rest.isEmpty()) {
            String second = rest.getFirst();
            boolean whole = List.of("checkpoint", "context", "migrate", "network", "plugin", "volume")
                            .contains(first)
                    || List.of("df", "dial-stdio").contains(second);
            String plain = whole ? first + " " + second : second;
            String name = SYNONYMS.getOrDefault(first + " " + second, plain);
            boolean belongs = SYNONYMS.containsKey(first + " " + second)
                    || switch (first) {
                        case "checkpoint" -> List.of("create", "ls", "rm").contains(second);
                        case "container" -> OF_CONTAINERS.contains(second);
                        case "context" -> List.of("ls", "show").contains(second);
                        case "image" -> OF_IMAGES.contains(second);
                        case "migrate" -> second.equals("docker");
                        case "network" -> OF_NETWORKS.contains(second);
                        case "plugin" -> OF_PLUGINS.contains(second);
                        case "volume" -> OF_VOLUMES.contains(second);
                        default -> OF_THE_SYSTEM.contains(second);
                    };
            Optional<Command> command = belongs ? byName(name, extras) : Optional.empty();
            return new Found(command.orElseThrow(() -> unknown(first + " " + second)), rest.subList(1, rest.size()));
        }
        return new Found(byName(first, extras).orElseThrow(() -> unknown(first)), rest);
    }

    /// Every command, for help and tests.
    Stream<Command> all() {
        return NAMES.stream().map(name -> byName(name, extras).orElseThrow());
    }

    String help() {
        StringBuilder text = new StringBuilder(
                "Usage: gantry [-H ADDRESS] COMMAND\n\nRun, build and ship containers.\n\nCommands:\n");
        all().forEach(c -> text.append("  ")
                .append(c.line().command())
                .repeat(' ', 20 - c.line().command().length())
                .append(c.line().summary())
                .append('\n'));
        text.append(
                "  daemon              Run the engine in the foreground; without it the first command starts one\n");
        text.append("\nGlobal options:\n");
        text.append(
                "  -H, --host ADDRESS   Engine to speak to: unix:///path, tcp://host:port or ssh://host (GANTRY_HOST, DOCKER_HOST)\n");
        text.append("  -c, --context NAME   One of the docker client's contexts (DOCKER_CONTEXT)\n");
        text.append(
                "      --tls, --tlsverify, --tlscacert, --tlscert, --tlskey   TLS over TCP (DOCKER_TLS_VERIFY, DOCKER_CERT_PATH)\n");
        text.append("  -v, --version        Print the version\n");
        text.append("\nMore about a command: gantry COMMAND --help\n");
        return text.toString();
    }

    private static Optional<Command> byName(String name, Extras extras) {
        return Optional.ofNullable(
                switch (name) {
                    case "attach" -> new AttachCommand();
                    case "build" -> new BuildCommand(new RunCommand());
                    case "commit" -> new CommitCommand();
                    case "context ls" -> new ContextLsCommand();
                    case "context show" -> new ContextShowCommand();
                    case "cp" -> new CpCommand();
                    case "create" -> new CreateCommand();
                    case "checkpoint create" -> CheckpointCommand.create();
                    case "checkpoint ls" -> CheckpointCommand.ls();
                    case "checkpoint rm" -> CheckpointCommand.rm();
                    case "diff" -> new DiffCommand();
                    case "events" -> new EventsCommand();
                    case "exec" -> new ExecCommand();
                    case "export" -> new ExportCommand();
                    case "history" -> new HistoryCommand();
                    case "images" -> new ImagesCommand();
                    case "import" -> new ImportCommand();
                    case "info" -> new InfoCommand();
                    case "inspect" -> new InspectCommand();
                    case "install" -> new InstallCommand(extras.installation(), () -> completions(extras));
                    case "kill" -> new KillCommand();
                    case "load" -> new LoadCommand();
                    case "login" -> new LoginCommand();
                    case "logout" -> new LogoutCommand();
                    case "logs" -> new LogsCommand();
                    case "migrate docker" -> new MigrateDockerCommand(extras.migration());
                    case "network connect" -> new NetworkConnectCommand();
                    case "network create" -> new NetworkCreateCommand();
                    case "network disconnect" -> new NetworkDisconnectCommand();
                    case "network inspect" -> new NetworkInspectCommand();
                    case "network ls" -> new NetworkLsCommand();
                    case "network prune" -> new NetworkPruneCommand();
                    case "network rm" -> new NetworkRmCommand();
                    case "pause" -> PauseCommand.pause();
                    case "plugin create" -> new PluginCreateCommand();
                    case "plugin disable" -> new PluginDisableCommand();
                    case "plugin enable" -> new PluginEnableCommand();
                    case "plugin inspect" -> new PluginInspectCommand();
                    case "plugin install" -> new PluginInstallCommand();
                    case "plugin ls" -> new PluginLsCommand();
                    case "plugin push" -> new PluginPushCommand();
                    case "plugin rm" -> new PluginRmCommand();
                    case "plugin set" -> new PluginSetCommand();
                    case "plugin upgrade" -> new PluginUpgradeCommand();
                    case "port" -> new PortCommand();
                    case "ps" -> new PsCommand();
                    case "pull" -> new PullCommand();
                    case "push" -> new PushCommand();
                    case "rename" -> new RenameCommand();
                    case "restart" -> StopCommand.restart();
                    case "rm" -> new RmCommand();
                    case "rmi" -> new RmiCommand();
                    case "run" -> new RunCommand();
                    case "runtime" -> new RuntimeCommand(extras.runtime());
                    case "save" -> new SaveCommand();
                    case "search" -> new SearchCommand();
                    case "start" -> new StartCommand();
                    case "stats" -> new StatsCommand();
                    case "stop" -> StopCommand.stop();
                    case "system df" -> new DiskUsageCommand();
                    case "system dial-stdio" -> new DialStdioCommand();
                    case "tag" -> new TagCommand();
                    case "top" -> new TopCommand();
                    case "uninstall" -> new UninstallCommand(extras.installation());
                    case "unpause" -> PauseCommand.unpause();
                    case "update" -> new UpdateCommand();
                    case "version" -> new VersionCommand();
                    case "volume backup" -> new VolumeBackupCommand();
                    case "volume clone" -> VolumeCopyCommand.copy();
                    case "volume create" -> new VolumeCreateCommand();
                    case "volume expand" -> new VolumeExpandCommand();
                    case "volume inspect" -> new VolumeInspectCommand();
                    case "volume ls" -> new VolumeLsCommand();
                    case "volume move" -> new VolumeMoveCommand(extras.engines());
                    case "volume prune" -> new VolumePruneCommand();
                    case "volume rename" -> new VolumeRenameCommand();
                    case "volume restore" -> new VolumeRestoreCommand();
                    case "volume rm" -> new VolumeRmCommand();
                    case "volume snapshot" -> VolumeCopyCommand.snapshot();
                    case "wait" -> new WaitCommand();
                    default -> null;
                });
    }

    private static Map<String, String> completions(Extras extras) {
        return Completion.of(new Commands(extras).all().map(Command::line).toList());
    }

    private static InvalidArgument unknown(String name) {
        return new InvalidArgument("read the command line", "there is no command '" + name + "'", "see gantry --help");
    }
}
