package dev.gantry.build.work;

import dev.gantry.base.IdMap;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.TarContext;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.RootedTar;
import dev.gantry.linux.Fd;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Archives that a build adds.
final class Unpacking {
    private static final int BLOCK = 512;

    private final SourceTree from;
    private final Target target;
    private final Optional<Copying.Ids> owner;
    private final Target.Looks looks;

    Unpacking(SourceTree from, Target target, Optional<Copying.Ids> owner, Target.Looks looks) {
        this.from = from;
        this.target = target;
        this.owner = owner;
        this.looks = looks;
    }

    /// False, and nothing is done, when the file is no archive.
    boolean unpacked(String path, String destination) throws IOException {
        try (InputStream bytes = from.open(path);
                InputStream plain = new BufferedInputStream(Compression.decompress(bytes, path))) {
            plain.mark(BLOCK);
            byte[] header = plain.readNBytes(BLOCK);
            if (!TarContext.isTar(header)) {
                return false;
            }
            plain.reset();
            var rules = new RootedTar.Rules(
                    false,
                    owner.map(ids -> new RootedTar.Rules.Owner(ids.uid(), ids.gid()))
                            .orElse(null),
                    IdMap.SAME);
            try (Fd into = target.directory(destination, looks)) {
                String base = Target.relative(destination);
                RootedTar.unpack(target.linux(), plain, target.root(), into, base, rules);
            }
            return true;
        }
    }
}
