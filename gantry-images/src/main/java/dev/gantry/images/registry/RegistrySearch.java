package dev.gantry.images.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.base.Unavailable;
import io.avaje.json.JsonException;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Asks the index of a registry, `/v1/search`, which distribution-spec has no word for: Docker's own has one, and few
/// others.
final class RegistrySearch {
    private static final int MOST_BYTES = 4 << 20;

    private final Transport transport;
    private final String domain;

    RegistrySearch(Transport transport, String domain) {
        this.transport = transport;
        this.domain = domain;
    }

    List<FoundImage> ask(URI base, String term, int limit, Credentials credentials) {
        String what = "search " + domain + " for " + term;
        URI address = base.resolve("/v1/search?q=" + URLEncoder.encode(term, UTF_8) + "&n=" + limit);
        try (Transport.Answer answer = transport.get(address, headers(credentials))) {
            if (answer.status() == 401 || answer.status() == 403) {
                throw new Forbidden(
                        what, "Unexpected status code " + answer.status(), "log in with docker login " + domain);
            }
            if (answer.status() != 200) {
                throw new Unavailable(
                        what,
                        "Unexpected status code " + answer.status(),
                        "ask a registry that has an index, or pull by name");
            }
            byte[] bytes = answer.body().readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new Unavailable(what, "its answer has more than " + MOST_BYTES + " bytes", "ask for fewer");
            }
            return read(new String(bytes, UTF_8));
        } catch (JsonException | InvalidArgument e) {
            throw new Unavailable(what, "its answer is no list of images", "ask the owner of the registry", e);
        } catch (IOException e) {
            throw new Unavailable(what, Patience.words(e), "check the network and that " + domain + " is up", e);
        }
    }

    private static Map<String, String> headers(Credentials credentials) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (credentials instanceof Credentials.Password(String user, String password)) {
            String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
            headers.put("Authorization", "Basic " + pair);
        }
        return headers;
    }

    private static List<FoundImage> read(String text) {
        RegistryWire.Search search =
                Jsonb.instance().type(RegistryWire.Search.class).fromJson(JsonText.readable(text));
        List<FoundImage> found = new ArrayList<>();
        for (RegistryWire.Found f : Objects.requireNonNullElse(search.results(), List.<RegistryWire.Found>of())) {
            found.add(new FoundImage(
                    Objects.requireNonNullElse(f.name(), ""),
                    Objects.requireNonNullElse(f.description(), ""),
                    Objects.requireNonNullElse(f.stars(), 0),
                    Objects.requireNonNullElse(f.official(), false)));
        }
        return found;
    }
}
