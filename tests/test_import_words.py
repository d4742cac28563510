"""Lists as people write them by hand: what they eat, whether they come, how many they are, what they need to come in."""

import re

import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.registrations.imports.columns import recognised, speaks_of_food
from lunchkit.registrations.imports.entries import diet_said
from tests.conftest import EventMaker, csrf_of
from tests.importing import as_csv, names, people, press, preview, read

EVERYTHING = """viande;Viande;poisson;POISSON;carné;Carnée;carnivore;normal;Normale;tout;Mange de tout;sans restriction;
omnivore;Omnivores;aucun régime;pas de régime particulier;aucun;viande/poisson;viande et poisson;menu viande;Fleisch;Fisch;alles;isst alles;
meat;fish;everything;standard;tutto;carne;pesce;aucune restriction;Keine"""
VEGETARIAN = """végé;viande ou végé;Végé;VEGE;vege;veggie;vegi;Vegi;végét.;végétarien;Végétarienne;végétarien·ne;végétarien(ne);vegetarisch;
Vegetarierin;vegetarian;vegetariana;menu végé;je suis végétarienne;vegetarian, fish"""
VEGAN = """vegan;végan;VÉGANE;vegane;végétalien;végétalienne;végétalien·ne;Veganerin;vegana;vegano;plant-based;menu vegan;
viande, vegan"""


def test_diets_as_people_write_them() -> None:
    for diet, cells in {"everything": EVERYTHING, "vegetarian": VEGETARIAN, "vegan": VEGAN}.items():
        for cell in cells.split(";"):
            assert diet_said(cell.strip()) == (diet, ""), cell


def test_what_is_no_diet_reaches_the_kitchen_in_its_own_words() -> None:
    assert diet_said("") == diet_said("-") == ("", "")
    for cell in ("tagada", "Sans noix", "tout sauf porc", "pas de viande", "viande, allergique aux arachides", "halal"):
        assert diet_said(cell) == ("", cell)
    assert diet_said("Végétarien, sans gluten") == ("vegetarian", "Végétarien, sans gluten")
    assert diet_said("vegan sans noix") == ("vegan", "vegan sans noix")


@pytest.mark.parametrize(
    ("headings", "cells", "wanted"),
    [
        ("Nom;Alimentation", "Ana;végé", {"diet": "vegetarian", "allergies": "", "remarks": []}),
        ("Nom;Régime", "Ana;sans noix", {"allergies": "sans noix", "remarks": ["“sans noix” goes to the kitchen as it is."]}),
        ("Nom;Allergies", "Ana;tagada", {"allergies": "tagada", "remarks": []}),
        ("Nom;Vient ?", "Ana;non", {"why": "Does not come, says the file."}),
        ("Nom;Présence", "Ana;Absente", {"why": "Does not come, says the file."}),
        ("Nom;Participe", "Ana;Oui", {"why": "", "remarks": []}),
        ("Name;Attending", "Ana;FALSE", {"why": "Does not come, says the file."}),
        ("Nom;Vient", "Ana;peut-être", {"why": ""}),
        ("Nom;Nb de personnes", "Ana;3", {"seats": 3}),
        ("Nom;Nombre de participants", "Ana;2", {"seats": 2}),
        ("Nom;Besoin d’accès", "Ana;fauteuil", {"access": "fauteuil"}),
    ],
)  # fmt: skip
def test_columns_as_people_call_them(headings: str, cells: str, wanted: dict[str, object]) -> None:
    found = read(headings, cells)
    assert {name: found[name] for name in wanted} == wanted


def test_headings_in_inclusive_writing() -> None:
    for heading in ("Participant-e", "Participant·e", "Participant(e)", "Participant.e.s", "Invité-e", "Prénom et nom"):
        assert recognised([heading]) == ["name"], heading
    headings = ["Prénom et nom du participant·e", "Courriel de l’adhérent·e", "Présent-e ?", "Participant-e n°"]
    assert recognised(headings) == ["name", "email", "comes", None]


def test_who_has_no_address_is_named_before_the_import(organiser_client: FlaskClient, event: Event) -> None:
    rows = [["Participant-e", "Courriel", "Nb personnes"], ["Ana", "ana@example.org", "1"], ["Bo Rave", "", "1"]]
    path = preview(organiser_client, event, as_csv([*rows, ["Cy", "", "2"]]))
    before = organiser_client.get(path).text.partition('name="sends_letters"')[0]
    assert "Sans adresse" in before and "Bo Rave" in before and "ana@" not in before
    press(organiser_client, path)
    after = organiser_client.get(path).text
    assert names(event) == ["Ana", "Bo Rave"] and "Cy" in after, "a lunch without companions takes no party"


def test_words_of_food_are_known() -> None:
    for cell in ("allergie aux noix", "Sans gluten svp", "intolérante au lactose", "coeliaque", "végé", "Nüsse: nuss"):
        assert speaks_of_food(cell)
    assert not speaks_of_food("n’a pas encore payé, vient sans sa voiture avec Noël"), "control"


def test_a_column_about_allergies_is_named_with_a_link_to_it_and_assigned_on_the_second_page(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    rows = [["Qui", *(f"Colonne {number}" for number in range(19)), "Remarques"], ["Ana", *["x"] * 19, "aux noix"]]
    unasked = organiser_client.get(preview(organiser_client, make_event(asks_food=False), as_csv(rows))).text
    assert "#h20" not in unasked, "control: this lunch does not ask"
    event = make_event(asks_food=True)
    path = preview(organiser_client, event, as_csv(rows))
    said = {"csrf_token": csrf_of(organiser_client, f"{path}/columns"), "column-0": "name", "go": "2"}
    turned = organiser_client.post(f"{path}/columns?page=1", data=said)
    assert turned.status_code == 303 and turned.headers["Location"].endswith("/columns?page=2")
    before_the_button = organiser_client.get(path).text.partition('name="sends_letters"')[0]
    warning = re.search(r'href="([^"]*/columns\?page=2#h20)"', before_the_button)
    assert warning is not None and 'id="h20"' in organiser_client.get(warning[1]).text
    said = {"csrf_token": said["csrf_token"], "column-20": "allergies"}
    assert organiser_client.post(f"{path}/columns?page=2", data=said).status_code == 303
    press(organiser_client, path)
    (ana,) = people(event)
    assert ana.name == "Ana" and ana.needs and ana.needs.allergies == "aux noix"
