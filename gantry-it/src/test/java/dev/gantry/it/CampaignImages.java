package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The images of a [KillCampaign]: imports under a few tags, and one image that is removed and loaded in turns. One
/// thread does each. What the engine acknowledged is remembered here and asked for after its next start.
final class CampaignImages {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern ID = Pattern.compile("\"Id\" *: *\"(sha256:[0-9a-f]{64})\"");
    private static final Pattern NUMBER = Pattern.compile("\"Comment\" *: *\"import (\\d+)\"");
    private static final String SAVED = "saved:base";

    /// An import that the engine answered; later ones have a greater number.
    private record Import(int number, String id) {}

    private enum Saved {
        THERE,
        GONE,
        /// Asked for, not answered.
        OPEN
    }

    private final Path tar;
    private final Path archive;
    private final String savedId;
    private final Map<String, Import> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger imports = new AtomicInteger();
    private final AtomicInteger loads = new AtomicInteger();
    private volatile Saved saved = Saved.THERE;

    CampaignImages(Path rootfs, Path directory, EngineClient client) throws IOException {
        this.tar = Rootfs.tarball(rootfs, directory.resolve("rootfs.tar"));
        // A layer of its own, so that its removal has something to delete.
        Path only = Files.writeString(rootfs.resolve("etc/saved"), "saved\n");
        Path other = Rootfs.tarball(rootfs, directory.resolve("saved-rootfs.tar"));
        Files.delete(only);
        this.savedId = imported(client, other, SAVED, "to be saved");
        this.archive = directory.resolve("saved.tar");
        try (Response answer = client.http().ask(Request.get("/images/get").with("names", SAVED))) {
            Files.copy(answer.body(), archive);
        }
    }

    /// At least one of each kind was answered.
    boolean answered() {
        return !acknowledged.isEmpty() && loads.get() > 0;
    }

    void importOne(EngineClient client, Random own) throws IOException {
        String name = "campaign:t" + own.nextInt(4);
        int number = imports.incrementAndGet();
        acknowledged.put(name, new Import(number, imported(client, tar, name, "import " + number)));
    }

    private static String imported(EngineClient client, Path tar, String name, String message) throws IOException {
        try (InputStream in = Files.newInputStream(tar)) {
            String answer = client.raw(Request.post("/images/create")
                    .with("fromSrc", "-")
                    .with("repo", name.substring(0, name.indexOf(':')))
                    .with("tag", name.substring(name.indexOf(':') + 1))
                    .with("message", message)
                    .stream(in, "application/x-tar"));
            Matcher id = DIGEST.matcher(answer);
            assertThat(id.find() && !answer.contains("\"error")).as(answer).isTrue();
            return id.group();
        }
    }

    void removeAndLoad(EngineClient client, Random own) throws IOException {
        if (saved == Saved.THERE) {
            saved = Saved.OPEN;
            client.removeImage(SAVED, false, false);
            saved = Saved.GONE;
        }
        saved = Saved.OPEN;
        try (InputStream in = Files.newInputStream(archive)) {
            String answer = client.raw(Request.post("/images/load").stream(in, "application/x-tar"));
            assertThat(answer).contains("Loaded image").doesNotContain("\"error");
        }
        saved = Saved.THERE;
        loads.incrementAndGet();
    }

    /// Asks for all that was acknowledged; the names of the images that must run.
    List<String> verify(EngineClient client) {
        List<String> there = new ArrayList<>();
        for (String name : List.copyOf(acknowledged.keySet())) {
            there.add(verifyImport(client, name));
        }
        boolean found = verifySaved(client);
        if (found) {
            there.add(SAVED);
        }
        for (var listed : client.images(false, "")) {
            assertThat(find(ID, inspect(client, listed.id()))).isEqualTo(listed.id());
        }
        return there;
    }

    private String verifyImport(EngineClient client, String name) {
        Import last = acknowledged.get(name);
        String json = inspect(client, name);
        Import found = new Import(Integer.parseInt(find(NUMBER, json)), find(ID, json));
        assertThat(found.number).as("the import behind %s", name).isGreaterThanOrEqualTo(last.number);
        if (found.number == last.number) {
            assertThat(found.id).as("the image behind %s", name).isEqualTo(last.id);
        }
        acknowledged.put(name, found);
        return name;
    }

    private boolean verifySaved(EngineClient client) {
        boolean found;
        try {
            assertThat(find(ID, inspect(client, SAVED)))
                    .as("the image behind %s", SAVED)
                    .isEqualTo(savedId);
            found = true;
        } catch (EngineError e) {
            assertThat(e.status()).isEqualTo(404);
            found = false;
        }
        if (saved != Saved.OPEN) {
            assertThat(found).as("%s is %s", SAVED, saved).isEqualTo(saved == Saved.THERE);
        }
        saved = found ? Saved.THERE : Saved.GONE;
        return found;
    }

    private static String inspect(EngineClient client, String image) {
        return client.raw(Request.get("/images/" + Request.segment(image) + "/json"));
    }

    private static String find(Pattern pattern, String json) {
        Matcher matcher = pattern.matcher(json);
        assertThat(matcher.find()).as("%s in %s", pattern, json).isTrue();
        return matcher.group(1);
    }
}
