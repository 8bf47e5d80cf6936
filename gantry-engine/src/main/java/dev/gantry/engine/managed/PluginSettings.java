package dev.gantry.engine.managed;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.managed.PluginConfig.Device;
import dev.gantry.engine.managed.PluginConfig.Mount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The values with which a plugin runs: those of its configuration, until its user sets others.
public record PluginSettings(List<Mount> mounts, List<String> env, List<String> args, List<Device> devices) {
    public PluginSettings {
        mounts = List.copyOf(mounts);
        env = List.copyOf(env);
        args = List.copyOf(args);
        devices = List.copyOf(devices);
    }

    static PluginSettings of(PluginConfig config) {
        List<String> env = new ArrayList<>();
        config.env().forEach(v -> v.value().ifPresent(value -> env.add(v.name() + "=" + value)));
        return new PluginSettings(config.mounts(), env, config.args().value(), config.devices());
    }

    /// Those of `config`, with what was changed by `set` before, as far as it can still be set.
    static PluginSettings of(PluginConfig config, List<String> changes) {
        PluginSettings settings = of(config);
        for (String change : changes) {
            settings = settings.set(config, change);
        }
        return settings;
    }

    /// `NAME=value` or `NAME.field=value`: only what `Settable` of the configuration names.
    PluginSettings set(PluginConfig config, String change) {
        int equals = change.indexOf('=');
        if (equals < 1) {
            throw new InvalidArgument("set \"" + change + "\"", "it is not in the form name=value", "write NAME=value");
        }
        String key = change.substring(0, equals);
        String value = change.substring(equals + 1);
        int dot = key.lastIndexOf('.');
        String name = dot < 0 ? key : key.substring(0, dot);
        String field = dot < 0 ? "" : key.substring(dot + 1);
        if (value.indexOf('\0') >= 0) {
            throw new InvalidArgument("set " + key, "the value has a zero byte", "write it without");
        }
        for (Mount m : mounts) {
            if (m.name().equals(name)) {
                require(key, field, "source", m.settable());
                return withMounts(replace(mounts, m, m.from(value)));
            }
        }
        for (Device d : devices) {
            if (d.name().equals(name)) {
                require(key, field, "path", d.settable());
                return withDevices(replace(devices, d, d.at(value)));
            }
        }
        for (PluginConfig.Variable v : config.env()) {
            if (v.name().equals(name)) {
                require(key, field, "value", v.settable());
                return withEnv(name, value);
            }
        }
        if (config.args().name().equals(name) && !name.isEmpty()) {
            require(key, field, "value", config.args().settable());
            List<String> words =
                    value.isBlank() ? List.of() : List.of(value.strip().split(" +"));
            return new PluginSettings(mounts, env, words, devices);
        }
        throw new InvalidArgument(
                "set " + key, "setting \"" + name + "\" not found in the plugin configuration", "see plugin inspect");
    }

    private static void require(String key, String field, String only, List<String> settable) {
        if (!field.isEmpty() && !field.equals(only)) {
            throw new InvalidArgument(
                    "set " + key, "\"" + field + "\" is not a field that can be set", "set its " + only);
        }
        if (!settable.contains(only)) {
            throw new InvalidArgument(
                    "set " + key, "\"" + key + "\" is not settable", "see Settable of plugin inspect");
        }
    }

    private PluginSettings withMounts(List<Mount> others) {
        return new PluginSettings(others, env, args, devices);
    }

    private PluginSettings withDevices(List<Device> others) {
        return new PluginSettings(mounts, env, args, others);
    }

    private PluginSettings withEnv(String name, String value) {
        List<String> others = new ArrayList<>(
                env.stream().filter(v -> !v.startsWith(name + "=")).toList());
        others.add(name + "=" + value);
        return new PluginSettings(mounts, others, args, devices);
    }

    private static <T> List<T> replace(List<T> all, T old, T fresh) {
        return all.stream().map(x -> x == old ? fresh : x).toList();
    }

    /// The document, with the names of the wire.
    public Map<String, @Nullable Object> tree() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("Mounts", ConfigTree.mounts(mounts));
        all.put("Env", env);
        all.put("Args", args);
        all.put("Devices", ConfigTree.devices(devices));
        return all;
    }

    /// A mount or device that has no place on this host yet, by its name.
    Optional<String> unset() {
        return java.util.stream.Stream.concat(
                        mounts.stream().filter(m -> m.source().isEmpty()).map(Mount::name),
                        devices.stream().filter(d -> d.path().isEmpty()).map(Device::name))
                .findFirst();
    }
}
