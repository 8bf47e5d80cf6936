package dev.gantry.daemon.install;

import dev.gantry.base.Digest;
import dev.gantry.cli.format.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/// The files of an installation, by their paths in the system. Pure.
///
/// @param files texts; `links` where a path leads to another one
record InstallPlan(Map<String, String> files, Map<String, String> links) {
    private static final String UNITS = "etc/systemd/system/";

    InstallPlan {
        files = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(files));
        links = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(links));
    }

    /// @param launcher the path of the command as it was unpacked
    /// @param dockerSocket whether clients of Docker find the engine at its usual socket: no dockerd owns that
    static InstallPlan of(String launcher, String group, boolean dockerSocket, Map<String, String> completions) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(UNITS + "gantry.service", service(launcher));
        files.put(UNITS + "gantry.socket", socket(group, dockerSocket));
        files.put("root/.docker/contexts/meta/" + Digest.sha256Of("gantry").hex() + "/meta.json", context());
        files.put("usr/share/bash-completion/completions/gantry", completions.getOrDefault("bash", ""));
        files.put("usr/share/zsh/vendor-completions/_gantry", completions.getOrDefault("zsh", ""));
        files.put("usr/share/fish/vendor_completions.d/gantry.fish", completions.getOrDefault("fish", ""));
        return new InstallPlan(files, Map.of("usr/local/bin/gantry", launcher));
    }

    /// Containers are none of the service: only its own process is told to end, and their control groups are not those
    /// of systemd.
    private static String service(String launcher) {
        return """
                [Unit]
                Description=Gantry container engine
                After=network-online.target gantry.socket
                Wants=network-online.target
                Requires=gantry.socket

                [Service]
                Type=notify
                ExecStart=%s daemon -H fd://
                ExecReload=/bin/kill -s HUP $MAINPID
                Restart=always
                TimeoutStartSec=0
                KillMode=process
                Delegate=yes
                LimitNOFILE=1048576
                LimitNPROC=infinity
                LimitCORE=infinity
                TasksMax=infinity
                OOMScoreAdjust=-500

                [Install]
                WantedBy=multi-user.target
                """.formatted(launcher.replace("%", "%%").replace(" ", "\\x20"));
    }

    private static String socket(String group, boolean dockerSocket) {
        return """
                [Unit]
                Description=Sockets of the Gantry container engine

                [Socket]
                ListenStream=/run/gantry.sock
                %sSocketMode=0660
                SocketUser=root
                SocketGroup=%s

                [Install]
                WantedBy=sockets.target
                """.formatted(dockerSocket ? "ListenStream=/run/docker.sock\n" : "", group);
    }

    private static String context() {
        Map<String, Object> endpoint = new LinkedHashMap<>();
        endpoint.put("Host", "unix:///run/gantry.sock");
        endpoint.put("SkipTLSVerify", false);
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("Name", "gantry");
        context.put("Metadata", Map.of("Description", "Gantry"));
        context.put("Endpoints", Map.of("docker", endpoint));
        return Json.write(context) + "\n";
    }
}
