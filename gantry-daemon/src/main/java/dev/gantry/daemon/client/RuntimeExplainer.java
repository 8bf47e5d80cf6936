package dev.gantry.daemon.client;

import dev.gantry.cli.Extras;
import dev.gantry.runtime.oci.DefaultSpec;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.oci.PlanCompiler;
import dev.gantry.runtime.oci.RuntimeSpec;
import dev.gantry.runtime.plan.PlanText;
import dev.gantry.runtime.seccomp.SeccompProfile;
import java.nio.file.Path;
import java.util.List;

/// `gantry runtime`: what this host would do for an OCI configuration, as text.
final class RuntimeExplainer implements Extras.OciRuntime {
    private static final List<String> PATH =
            List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    @Override
    public String plan(String config, String directory) {
        RuntimeSpec spec = RuntimeSpec.parse(config);
        RuntimeSpec.Root root = spec.root();
        Path bundle = Path.of(directory);
        String path = bundle.resolve(root == null ? "rootfs" : root.path())
                .normalize()
                .toString();
        LaunchContext context = new LaunchContext(
                HostFacts.observe(),
                new LaunchContext.Root.Directory(path),
                path,
                "gantry/" + bundle.getFileName(),
                LaunchContext.WatchOptions.NONE);
        return PlanText.words(new PlanCompiler().compile(spec, context));
    }

    @Override
    public String spec() {
        return DefaultSpec.builder(HostFacts.observe())
                .args(List.of("/bin/sh"))
                .env(PATH)
                .seccomp(SeccompProfile.standard())
                .build()
                .toJson();
    }
}
