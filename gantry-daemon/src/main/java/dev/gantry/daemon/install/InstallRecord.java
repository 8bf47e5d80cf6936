package dev.gantry.daemon.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an installation wrote, one line each: `file DIGEST PATH`, `link TARGET<tab>PATH`, `directory PATH`, `group
/// NAME`.
/// It is written before anything else is, so that whatever is there is known.
record InstallRecord(Map<String, String> files, Map<String, String> links, List<String> directories, String group) {
    static final String PATH = "etc/gantry/installed";

    static final InstallRecord NOTHING = new InstallRecord(Map.of(), Map.of(), List.of(), "");

    static InstallRecord read(Path root) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        Map<String, String> links = new LinkedHashMap<>();
        List<String> directories = new ArrayList<>();
        String group = "";
        List<String> lines;
        try {
            lines = Files.readAllLines(root.resolve(PATH));
        } catch (NoSuchFileException none) {
            return NOTHING;
        }
        for (String line : lines) {
            String[] words = line.split("\t");
            switch (words[0]) {
                case "file" -> files.put(words[2], words[1]);
                case "link" -> links.put(words[2], words[1]);
                case "directory" -> directories.add(words[1]);
                case "group" -> group = words[1];
                default -> throw new IOException("line '" + line + "' of " + PATH + " is not understood");
            }
        }
        return new InstallRecord(files, links, directories, group);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        files.forEach((path, digest) -> text.append("file\t" + digest + "\t" + path + "\n"));
        links.forEach((path, target) -> text.append("link\t" + target + "\t" + path + "\n"));
        directories.forEach(d -> text.append("directory\t" + d + "\n"));
        if (!group.isEmpty()) {
            text.append("group\t" + group + "\n");
        }
        return text.toString();
    }
}
