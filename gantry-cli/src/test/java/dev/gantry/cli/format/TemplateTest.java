package dev.gantry.cli.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    @SuppressWarnings("unchecked")
    private static final Map<String, Object> DATA = (Map<String, Object>) Json.read("""
            {"Name":"web","N":3,"F":0.5,"Big":9007199254740993,"On":true,"Nil":null,"List":["a","b"],
            "Map":{"k":"v","a":{"b":"deep"}},"Empty":[],"Path":"x/y"}""");

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "plain~plain",
                "{{.Name}}-{{.N}}-{{.On}}~web-3-true",
                "{{.Map.a.b}}~deep",
                "{{json .List}} {{json .Nil}} {{json .Map}}~[\"a\",\"b\"] null {\"k\":\"v\",\"a\":{\"b\":\"deep\"}}",
                "{{.List}} {{.Nil}} {{.Map.a}}~[a b] <no value> map[b:deep]",
                "{{if .On}}yes{{else}}no{{end}}{{if .Empty}}yes{{else if eq .N 3}}three{{else}}no{{end}}~yesthree",
                "{{range .List}}<{{.}}>{{end}}{{range .Empty}}x{{else}}none{{end}}~<a><b>none",
                "{{range $i, $x := .List}}{{$i}}={{$x}};{{end}}~0=a;1=b;",
                "{{range $k, $v := .Map.a}}{{$k}}={{$v}}{{end}}~b=deep",
                "{{with .Map}}{{.k}}{{$.Name}}{{end}}~vweb",
                "{{$x := .Name}}{{$x}}~web",
                "{{.Name | upper | printf \"%s!\"}}~WEB!",
                "{{printf \"%-5s|%03d|%q\" .Name .N .Name}}~web  |003|\"web\"",
                "{{index .List 1}}{{index .Map \"k\"}}{{len .List}}{{len .Name}}~bv23",
                "{{join .List \",\"}} {{split .Path \"/\"}} {{title .Name}} {{truncate .Name 2}} {{pad .Name 1 2}}|~a,b [x y] Web we  web  |",
                "{{and .On .N}}{{or .Empty .Name}}{{not .On}}~3webfalse",
                "{{eq .Name \"a\" \"web\"}}{{ne .N 3}}{{lt 1 2}}{{ge .N 3}}~truefalsetruetrue",
                "{{(index .List 0) | upper}}{{slice .Name 1}}~Aeb",
                "a {{- /* nothing */ -}} b~ab",
                "a {{- .N -}} b~a3b",
                "{{\"{{\"}}}~{{}",
                "{{.Big}}~9007199254740993",
                "{{.F}}~0.5",
            })
    void printsAsGoDoes(String template, String expected) {
        assertThat(Template.parse(template).render(DATA)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{{",
                "{{.Name",
                "{{.Nope}}",
                "{{.Name.x}}",
                "{{end}}",
                "{{if .On}}",
                "{{nope .Name}}",
                "{{}}",
                "{{range .Name}}{{end}}",
                "{{.Name | }}",
                "{{(.Name}}",
                "{{index .List 9}}",
                "{{$x}}",
                "{{.Name..x}}",
                "{{\"x}}",
                "{{printf \"%z\" 1}}",
                "{{len .N}}",
                "{{else}}",
                "{{printf}}",
                "{{pad .Name .Name 1}}",
            })
    void refusesWhatItCannotRead(String template) {
        assertThatThrownBy(() -> Template.parse(template).render(DATA)).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void hostileTextsAreRefusedAndNothingElse() {
        var random = new java.util.Random(42);
        String alphabet = "{{}}{}.|()$ \"`-abcifrangeend json eq 0123:=\\/*";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(24); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Template.parse("{{" + text + "}}").render(DATA);
            } catch (InvalidArgument _) {
                // Refused in words, as it should be.
            } catch (RuntimeException e) {
                throw new AssertionError("{{" + text + "}}", e);
            }
        }
    }
}
