package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.RestartPolicy;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.Signals;
import dev.gantry.runtime.oci.Capabilities;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a create request says of the process and of its end, and what contradicts itself there, in dockerd's words.
final class ConfigCheck {
    private ConfigCheck() {}

    static void check(CreateRequest r, HostConfig h) {
        for (String variable : CreateTranslation.list(r.env())) {
            refuse(variable.isEmpty() || variable.startsWith("="), "invalid environment variable: " + variable);
        }
        refuse(
                !r.workingDir().isEmpty() && !r.workingDir().startsWith("/"),
                "the working directory '" + r.workingDir() + "' is invalid, it needs to be an absolute path");
        Integer patience = r.stopTimeout();
        refuse(
                patience != null && patience < -1,
                "invalid StopTimeout: " + patience + ": use -1 to wait for ever, or seconds");
        signal(r.stopSignal());
        capabilities("CapAdd", h.capAdd());
        capabilities("CapDrop", h.capDrop());
        restart(h.restartPolicy(), h.autoRemove());
    }

    private static void signal(@Nullable String name) {
        try {
            if (name != null && !name.isEmpty()) {
                Signals.parse(name);
            }
        } catch (InvalidArgument e) {
            throw new DockerError(400, "Invalid signal: " + name, e);
        }
    }

    private static void capabilities(String field, @Nullable List<String> names) {
        for (String name : CreateTranslation.list(names)) {
            String upper = name.toUpperCase(Locale.ROOT);
            String whole = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
            refuse(
                    !whole.equals("CAP_ALL") && Capabilities.named(whole).isEmpty(),
                    "invalid " + field + ": unknown capability: \"" + whole + "\"");
        }
    }

    private static void restart(RestartPolicy policy, boolean autoRemove) {
        int most = policy.maximumRetryCount();
        refuse(
                most != 0 && !policy.name().equals("on-failure"),
                "invalid restart policy: maximum retry count can only be used with 'on-failure'");
        refuse(most < 0, "invalid restart policy: maximum retry count cannot be negative");
        refuse(
                autoRemove && !policy.name().isEmpty() && !policy.name().equals("no"),
                "can't create 'AutoRemove' container with restart policy");
    }

    private static void refuse(boolean wrong, String words) {
        if (wrong) {
            throw DockerError.badParameter(words);
        }
    }
}
