"""The words of the verb language: data, one line a word, most used first.

To add a verb, add one line to ``VERBS``: the three English forms, the Spanish infinitive and, for
a verb that takes objects, their English names (each one a line of ``OBJECTS``). Regular Spanish
verbs are conjugated here, changes of spelling included (*toqué*, *leyó*); one that is not gives its
five forms itself. ``tests/verbs/test_soundness.py`` says whether the language is still sound. The
shipped models know only the words they were trained on: train them anew to teach them yours.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEXICON", "PERSONS", "Lexicon", "Noun", "Verb"]

#: I, you, she, we, they: the order of the forms of a Spanish verb.
PERSONS = ("1s", "2s", "3s", "1p", "3p")

_PRESENT = {"ar": "o as a amos an", "er": "o es e emos en", "ir": "o es e imos en"}
_PRETERITE = {
    "ar": "é aste ó amos aron",
    "er": "í iste ió imos ieron",
    "ir": "í iste ió imos ieron",
    "eer": "í íste yó ímos yeron",
}
#: Before é: tocar, toqué; pagar, pagué; empezar, empecé.
_SPELLED_BEFORE_E = {"c": "qu", "g": "gu", "z": "c"}


@dataclass(frozen=True)
class Verb:
    """A verb in both languages.

    Attributes
    ----------
    english : str
        Plain form, third person and past: ``"eat eats ate"``.
    spanish : str
        The infinitive.
    objects : str
        What it can take, English names, most used first; empty for a verb without object.
    present, preterite : str
        The five Spanish forms (yo tú ella nosotros ellos) of a verb that is not regular.
    """

    english: str
    spanish: str
    objects: str = ""
    present: str = ""
    preterite: str = ""

    def __post_init__(self) -> None:
        """Check the line that was written."""
        if len(self.english.split()) != 3:
            raise ValueError(
                f"the verb {self.english!r} needs three English forms, as in 'eat eats ate'"
            )
        if self.spanish[-2:] not in _PRESENT:
            raise ValueError(f"the infinitive {self.spanish!r} must end in -ar, -er or -ir")
        for forms in (self.present, self.preterite):
            if forms and len(forms.split()) != len(PERSONS):
                raise ValueError(
                    f"{forms!r} of {self.spanish!r} must hold five forms: "
                    "yo, tú, ella, nosotros, ellos"
                )

    def in_english(self, form: str) -> str:
        """The English ``form``: "plain", "3s" or "past"."""
        return self.english.split()[("plain", "3s", "past").index(form)]

    def in_spanish(self, tense: str, person: str) -> str:
        """The Spanish form in the tense "present" or "past" and one of ``PERSONS``."""
        forms = self._present() if tense == "present" else self._preterite()
        return forms[PERSONS.index(person)]

    def _present(self) -> list[str]:
        if self.present:
            return self.present.split()
        stem, ending = self.spanish[:-2], self.spanish[-2:]
        return [stem + e for e in _PRESENT[ending].split()]

    def _preterite(self) -> list[str]:
        if self.preterite:
            return self.preterite.split()
        stem, ending = self.spanish[:-2], self.spanish[-2:]
        pattern = "eer" if self.spanish.endswith("eer") else ending
        forms = [stem + e for e in _PRETERITE[pattern].split()]
        if ending == "ar" and stem[-1] in _SPELLED_BEFORE_E:
            forms[0] = stem[:-1] + _SPELLED_BEFORE_E[stem[-1]] + "é"
        return forms


@dataclass(frozen=True)
class Noun:
    """A noun that can be a subject: singular and plural in both languages, Spanish gender."""

    english: str
    spanish: str
    gender: str

    def form(self, lang: str, number: str) -> str:
        """The singular ("s") or plural ("p") in a language."""
        words = self.english if lang == "en" else self.spanish
        return words.split()["sp".index(number)]


VERBS = (
    Verb("work works worked", "trabajar"),
    Verb("eat eats ate", "comer", "bread fish rice apples"),
    Verb("sing sings sang", "cantar"),
    Verb("drink drinks drank", "beber", "water coffee tea milk"),
    Verb(
        "sleep sleeps slept",
        "dormir",
        present="duermo duermes duerme dormimos duermen",
        preterite="dormí dormiste durmió dormimos durmieron",
    ),
    Verb("read reads read", "leer", "books letters poems"),
    Verb("walk walks walked", "caminar"),
    Verb("buy buys bought", "comprar", "bread coffee books fish apples milk"),
    Verb("study studies studied", "estudiar"),
    Verb("write writes wrote", "escribir", "letters poems books"),
    Verb("run runs ran", "correr"),
    Verb("cook cooks cooked", "cocinar", "rice fish soup"),
    Verb("dance dances danced", "bailar"),
    Verb("sell sells sold", "vender", "books bread apples fish"),
    Verb("swim swims swam", "nadar"),
    Verb("learn learns learned", "aprender", "English Spanish music"),
)

OBJECTS = {
    "bread": "pan",
    "fish": "pescado",
    "rice": "arroz",
    "apples": "manzanas",
    "water": "agua",
    "coffee": "café",
    "tea": "té",
    "milk": "leche",
    "books": "libros",
    "letters": "cartas",
    "poems": "poemas",
    "soup": "sopa",
    "English": "inglés",
    "Spanish": "español",
    "music": "música",
}

NOUNS = (
    Noun("teacher teachers", "profesora profesoras", "f"),
    Noun("student students", "estudiante estudiantes", "m"),
    Noun("friend friends", "amigo amigos", "m"),
    Noun("cat cats", "gato gatos", "m"),
    Noun("doctor doctors", "médica médicas", "f"),
    Noun("girl girls", "niña niñas", "f"),
    Noun("dog dogs", "perro perros", "m"),
    Noun("brother brothers", "hermano hermanos", "m"),
)

#: Pronoun and person, most used first.
PRONOUNS = {
    "en": (("I", "1s"), ("she", "3s"), ("we", "1p"), ("he", "3s"), ("they", "3p"), ("you", "2s")),
    "es": (
        ("yo", "1s"),
        ("ella", "3s"),
        ("nosotros", "1p"),
        ("él", "3s"),
        ("ellos", "3p"),
        ("tú", "2s"),
    ),
}

PLACES = {
    "en": ("at home", "in the park", "in the city", "at school"),
    "es": ("en casa", "en el parque", "en la ciudad", "en la escuela"),
}

MANNERS = {"en": ("well", "slowly", "alone"), "es": ("bien", "despacio", "mucho")}

#: The words that say when, by the tense that they go with.
TIMES = {
    "en": {
        "present": ("today", "now", "often"),
        "past": ("yesterday", "before"),
        "future": ("tomorrow", "soon"),
    },
    "es": {
        "present": ("hoy", "ahora", "siempre"),
        "past": ("ayer", "antes"),
        "future": ("mañana", "pronto"),
    },
}


@dataclass(frozen=True)
class Lexicon:
    """The open word lists, so that a test or a teacher can hold a language with other words.

    Attributes
    ----------
    verbs : tuple of Verb
        Most used first.
    nouns : tuple of Noun
        Most used first.
    objects : mapping of str to str
        English to Spanish.
    """

    verbs: tuple[Verb, ...] = VERBS
    nouns: tuple[Noun, ...] = NOUNS
    objects: tuple[tuple[str, str], ...] = tuple(OBJECTS.items())

    def __post_init__(self) -> None:
        """Check that every object can be said in Spanish."""
        known = dict(self.objects)
        for verb in self.verbs:
            for word in verb.objects.split():
                if word not in known:
                    raise ValueError(
                        f"the object {word!r} of {verb.english.split()[0]!r} has no Spanish word: "
                        "add it to OBJECTS"
                    )

    def object(self, name: str, lang: str) -> str:
        """The object called ``name`` in English, in a language."""
        return name if lang == "en" else dict(self.objects)[name]


LEXICON = Lexicon()
