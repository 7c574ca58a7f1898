"""Every sentence that refuses a request has its Chinese (CONTRIBUTING.md, "How to refuse")."""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORDS = os.path.join(ROOT, "deploy", "build", "words")
TEXT = r'"(?:[^"\\\n]|\\.)*"'


def folders():
    return sorted(os.path.dirname(os.path.relpath(path, ROOT))
                  for pattern in ("common", "services/*") for path in glob.glob(f"{ROOT}/{pattern}/words.zh.po"))


def check(folder, root=ROOT):
    done = subprocess.run([WORDS, "check", folder], cwd=root, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def entries(folder, root=ROOT):
    """English and Chinese of a catalogue."""
    with open(f"{root}/{folder}/words.zh.po", encoding="utf-8") as file:
        pairs = re.findall(rf'^msgid ((?:{TEXT}\n)+)msgstr ((?:{TEXT}(?:\n|$))+)', file.read(), re.M)
    return {english: chinese for english, chinese in (["".join(t[1:-1] for t in re.findall(TEXT, part)) for part in pair] for pair in pairs)
            if english}


class Words(unittest.TestCase):
    def test_nothing_is_missing(self):
        self.assertGreater(len(folders()), 5)
        for folder in folders():
            status, said = check(folder)
            self.assertEqual(status, 0, f"{folder}: run `make words`, and translate what is empty\n{said}")

    def test_chinese_is_chinese(self):
        """Texts of several words are translated, with the punctuation of Chinese."""
        for folder in folders():
            for english, chinese in entries(folder).items():
                if re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", english):
                    self.assertRegex(chinese, "[一-鿿]", f"{folder}: {english}")
                self.assertNotRegex(chinese, "[一-鿿][,;?!]|[一-鿿]:[ 一-鿿]", f"{folder}: half-width punctuation")

    def test_every_alternative_is_marked(self):
        """xgettext takes one text of an argument; others of it (`x ? "a" : "b"`) want DC_WORDS."""
        with open(WORDS, encoding="utf-8") as file:
            script = file.read()
        common = entries("common")
        for folder in folders():
            known = {**common, **entries(folder)}
            rows = re.findall(rf"^ *(?:local keywords=\(|{folder}\)\s(?:.*\n)?.*keywords\+=\()(.*)\)", script, re.M)
            names = "|".join(sorted(set(re.findall(r"([a-z_]\w+):", " ".join(rows)))))
            for path in sorted(glob.glob(f"{ROOT}/{folder}/**/*.[ch]", recursive=True)):
                if re.search(r"_(?:test|fuzz)\.[ch]$", path):
                    continue
                with open(path, encoding="utf-8") as file:
                    source = file.read()
                for call in re.finditer(rf"\b(?:{names})\((?:[^()\"]|{TEXT}|\((?:[^()\"]|{TEXT}|\([^()]*\))*\))*\)", source):
                    for part in re.findall(rf"{TEXT}(?:\s+{TEXT})*", call.group()):
                        text = "".join(t[1:-1] for t in re.findall(TEXT, part))
                        if re.search("[a-z] [a-z]", text) and not any(text in k for k in known):
                            self.fail(f"{path}: {text}: mark it with DC_WORDS")

    def planted(self, text, after=None):
        """What the check says about a copy of a folder with `text` in one of its files."""
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(f"{ROOT}/services/goals", f"{copy}/services/goals")
            self.assertEqual(check("services/goals", copy), (0, ""))
            with open(f"{copy}/services/goals/goals.h", "a", encoding="utf-8") as source:
                source.write(text)
            if after:
                after(f"{copy}/services/goals/words.zh.po")
            return check("services/goals", copy)

    def test_a_missing_sentence_is_seen(self):
        status, said = self.planted('enum dc_code f(void)\n{\n    return dc_fail(NULL, DC_NOT_FOUND, "%s is nowhere at all", "x");\n}\n')
        self.assertNotEqual(status, 0)
        self.assertIn("\n%s is nowhere at all\n", said)

    def test_a_missing_argument_is_seen(self):
        status, said = self.planted('static const char *const w = DC_WORDS("the nowhere");\n')
        self.assertNotEqual(status, 0)
        self.assertIn("\nthe nowhere\n", said)

    def test_an_empty_translation_is_seen(self):
        def empty(path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            changed = re.sub(r'(msgid "there is no such plan"\nmsgstr )".+"', r'\1""', text)
            self.assertNotEqual(changed, text)
            with open(path, "w", encoding="utf-8") as file:
                file.write(changed)
        status, said = self.planted("", empty)
        self.assertNotEqual(status, 0)
        self.assertIn("\nthere is no such plan\n", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
