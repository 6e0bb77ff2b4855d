"""Calls that are wrong on purpose: checkers must refuse every line that ends in ``# wrong``, and no other."""

from odevents.client.opendental import OpenDental


def right(client: OpenDental) -> None:
    appointment = client.appointments.get(18)
    text: str = appointment.Note
    number: int = appointment.Confirmed
    client.appointments.note(appointment.AptNum, Note=text)
    client.appointments.confirm(18, defNum=number)
    client.appointments.note.call(18, Note=text)
    client.subscriptions.create(EndPointUrl="https://example.test/", WatchTable="Patient", PollingSeconds=5)
    for patient in client.patients.find(LName="De Angelo", Limit=10):
        text = patient.LName
    created = client.commlogs.create(PatNum=12, Note="Left message")
    if created is not None:
        number = created.CommlogNum
    for line in client.accountmodules.service_date_view(12, isFamily=True):
        text = line.Type


def a_misspelt_keyword(client: OpenDental) -> None:
    client.appointments.note(18, Nte="x")  # wrong
    client.patients.find(Lname="De Angelo")  # wrong
    client.appointments.note.call(18, Notes="x")  # wrong


def a_wrong_type(client: OpenDental) -> None:
    client.appointments.note(18, Note=5)  # wrong
    client.appointments.note("18", Note="x")  # wrong
    client.appointments.find(PatNum="12")  # wrong
    client.appointments.confirm(18, confirmVal="confirmed")  # wrong


def a_missing_required_field(client: OpenDental) -> None:
    client.commlogs.create(PatNum=12)  # wrong
    client.appointments.note(18)  # wrong
    client.appointments.note(Note="x")  # wrong


def a_misspelt_result(client: OpenDental) -> None:
    print(client.appointments.get(18).AptNumber)  # wrong
    print(client.appointments.get(18).note)  # wrong
    [patient.Lname for patient in client.patients.find()]  # wrong


def a_misspelt_method(client: OpenDental) -> None:
    client.appointments.confrm(18, defNum=3)  # wrong
    client.apointments.get(18)  # wrong


def a_read_only_field(client: OpenDental) -> None:
    client.appointments.update(18, provAbbr="DOC1")  # wrong
    client.subscriptions.update(3, WatchTable="Patient")  # wrong
