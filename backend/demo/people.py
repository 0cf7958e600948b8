"""The guests of the demonstration. Invented; their numbers and addresses belong to ranges kept for examples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Who books in the demonstration."""

    name: str
    locale: str = "es-ES"
    phone: str | None = None
    email: str | None = None
    notes: str | None = None
    occasion: str | None = None
    allergies: str | None = None
    tags: tuple[str, ...] = ()


def _with_contacts(place: int, person: Person) -> Person:
    plain = person.name.lower().translate(str.maketrans("áéíóúñü '", "aeiounu..")).replace("..", ".")
    email = f"{plain}@example.com" if place % 4 != 3 else None
    return Person(
        person.name,
        person.locale,
        f"+34600{100_000 + place * 7919:06d}"[:12],
        email,
        person.notes,
        person.occasion,
        person.allergies,
        person.tags,
    )


_NAMED = (
    Person("Lucía García", tags=("habitual",)),
    Person("Javier Moreno"),
    Person("Carmen Ruiz", notes="Trona para un bebé"),
    Person("Tom Whitfield", "en-GB"),
    Person("Alejandra Soto", allergies="Frutos secos", tags=("VIP",)),
    Person("Pablo Ortega", occasion="Cumpleaños"),
    Person("Marta Iglesias"),
    Person("Diego Fernández", notes="Si puede ser, junto a la ventana"),
    Person("Sofía Castro"),
    Person("Hannah Lindqvist", "en-GB", allergies="Gluten (coeliac)"),
    Person("Andrés Molina"),
    Person("Elena Prieto", tags=("habitual",)),
    Person("Ricardo Peña"),
    Person("Nuria Campos", notes="Venimos con carrito"),
    Person("Óscar Delgado"),
    Person("Beatriz Núñez", occasion="Aniversario"),
    Person("James O'Connor", "en-GB"),
    Person("Valentina Rojas", "es-MX"),
    Person("Ignacio Herrera", tags=("VIP",), notes="Agua sin gas en la mesa"),
    Person("Paula Serrano"),
    Person("Martín Aguirre", "es-AR"),
    Person("Clara Benítez", allergies="Marisco"),
    Person("Hugo Santana"),
    Person("Emma Fischer", "en-GB", notes="One guest in a wheelchair"),
    Person("Raquel Vega"),
    Person("Samuel Crespo"),
    Person("Irene Pascual", tags=("habitual",)),
    Person("Gonzalo Reyes", occasion="Comida de empresa"),
    Person("Alba Fuentes"),
    Person("Daniel Cano"),
    Person("Julia Romero", notes="Vegetariana"),
    Person("Víctor Lara"),
    Person("Rosa Mendoza", "es-CO"),
    Person("Adrián Gil"),
    Person("Teresa Blanco"),
    Person("Marcus Bell", "en-US"),
    Person("Silvia Correa"),
    Person("Fernando Ibáñez", allergies="Lactosa"),
    Person("Noa Esteban"),
    Person("Manuel Tena"),
)
PEOPLE = tuple(_with_contacts(place, person) for place, person in enumerate(_NAMED))
