package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StrSlice;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /containers/{id}/exec`.
@Json
public record ExecConfig(
        @Json.Property("User") String user,
        @Json.Property("Privileged") boolean privileged,
        @Json.Property("Tty") boolean tty,
        @Json.Property("ConsoleSize") @Nullable List<Integer> consoleSize,
        @Json.Property("AttachStdin") boolean attachStdin,
        @Json.Property("AttachStderr") boolean attachStderr,
        @Json.Property("AttachStdout") boolean attachStdout,
        @Json.Property("DetachKeys") String detachKeys,

        @Json.Property("Env") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> env,

        @Json.Property("WorkingDir") String workingDir,

        @Json.Property("Cmd") @Json.Serializer(StrSlice.class) @Nullable
        List<String> cmd) {
    public ExecConfig {
        user = Absent.text(user);
        detachKeys = Absent.text(detachKeys);
        workingDir = Absent.text(workingDir);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.user = user;
        b.privileged = privileged;
        b.tty = tty;
        b.consoleSize = consoleSize;
        b.attachStdin = attachStdin;
        b.attachStderr = attachStderr;
        b.attachStdout = attachStdout;
        b.detachKeys = detachKeys;
        b.env = env;
        b.workingDir = workingDir;
        b.cmd = cmd;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private String user = "";
        private boolean privileged;
        private boolean tty;
        private @Nullable List<Integer> consoleSize;
        private boolean attachStdin;
        private boolean attachStderr;
        private boolean attachStdout;
        private String detachKeys = "";
        private @Nullable List<String> env;
        private String workingDir = "";
        private @Nullable List<String> cmd;

        private Builder() {}

        public Builder user(String value) {
            user = value;
            return this;
        }

        public Builder privileged(boolean value) {
            privileged = value;
            return this;
        }

        public Builder tty(boolean value) {
            tty = value;
            return this;
        }

        public Builder consoleSize(@Nullable List<Integer> value) {
            consoleSize = value;
            return this;
        }

        public Builder attachStdin(boolean value) {
            attachStdin = value;
            return this;
        }

        public Builder attachStderr(boolean value) {
            attachStderr = value;
            return this;
        }

        public Builder attachStdout(boolean value) {
            attachStdout = value;
            return this;
        }

        public Builder detachKeys(String value) {
            detachKeys = value;
            return this;
        }

        public Builder env(@Nullable List<String> value) {
            env = value;
            return this;
        }

        public Builder workingDir(String value) {
            workingDir = value;
            return this;
        }

        public Builder cmd(@Nullable List<String> value) {
            cmd = value;
            return this;
        }

        public ExecConfig build() {
            return new ExecConfig(
                    user,
                    privileged,
                    tty,
                    consoleSize,
                    attachStdin,
                    attachStderr,
                    attachStdout,
                    detachKeys,
                    env,
                    workingDir,
                    cmd);
        }
    }
}
