// Every sentence of the widget itself, in Spanish and in English; what the restaurant answers comes from the server.
// Exported one by one, so that the bundle keeps no names. New Spanish suits tú and usted alike, as the restaurant chooses.

export const launcher = ["Reservar mesa", "Book a table"];
export const launcherUnread = ["Reservar mesa, mensajes nuevos: {count}", "Book a table, new messages: {count}"];
export const title = ["Reservas", "Bookings"];
export const subtitle = ["Asistente de reservas", "Booking assistant"];
export const subtitleStaff = ["Responde el equipo", "The team is answering"];
export const dialog = ["Reservas", "Bookings"];
export const close = ["Cerrar", "Close"];
export const closeLabel = ["Cerrar las reservas", "Close the bookings"];
export const sound = ["Sonido de los mensajes", "Sound for messages"];
export const tabs = ["Cómo reservar", "How to book"];
export const tab = {
  chat: ["Chat", "Chat"],
  form: ["Calendario", "Calendar"],
};
export const log = ["Conversación", "Conversation"];
export const greeting = [
  "¡Hola! Soy el asistente de reservas{of}. ¿Para cuántas personas, qué día y a qué hora?",
  "Hello, I'm the booking assistant{of}. How many people, which day and what time?",
];
export const greetingOf = [" de {name}", " at {name}"];
export const starts = [
  { title: ["Reservar mesa", "Book a table"], value: ["Quiero reservar una mesa", "I'd like to book a table"] },
  { title: ["Mi reserva", "My booking"], value: ["Quiero ver mi reserva", "I'd like to see my booking"] },
  { title: ["Horario", "Opening hours"], value: ["¿Cuál es el horario?", "What are your opening hours?"] },
  { title: ["Hablar con una persona", "Talk to a person"], value: ["Quiero hablar con una persona", "I'd like to talk to a person"] },
];
export const quick = ["Respuestas rápidas", "Quick replies"];
export const input = ["Mensaje", "Message"];
export const send = ["Enviar", "Send"];
export const guest = ["Yo", "Me"];
export const house = ["Restaurante", "Restaurant"];
export const staff = ["Equipo del restaurante", "The restaurant's team"];
export const offline = ["Sin conexión. Lo escrito se guarda aquí y se enviará solo.", "You're offline. What you write is kept here and will be sent by itself."];
export const waiting = {
  offline: ["Se enviará al volver la conexión.", "It will be sent when you're back online."],
  busy: ["Hay muchos mensajes a la vez. Se enviará solo en {count} segundos.", "Many messages at once. It will be sent by itself in {count} seconds."],
  again: ["Tarda más de lo normal. Seguimos intentándolo.", "This is taking longer than usual. Still trying."],
};
export const failed = {
  offline: ["No hay conexión.", "There is no connection."],
  network: ["No hay conexión con el restaurante.", "The restaurant can't be reached."],
  timeout: ["La respuesta no ha llegado a tiempo.", "The answer didn't arrive in time."],
  busy: ["Hay muchos mensajes a la vez. En un momento se puede reintentar.", "Many messages at once. Wait a moment and try again."],
  server: ["Ha fallado algo de nuestro lado. Se puede reintentar: nada se reserva dos veces.", "Something went wrong on our side. You can try again: nothing is booked twice."],
  refused: ["No se ha podido enviar.", "This couldn't be sent."],
  unavailable: ["Las reservas en línea no están disponibles en este momento.", "Online booking isn't available right now."],
  full: ["Ese día ya está completo.", "That day is full."],
};
export const retry = ["Reintentar", "Try again"];
export const cardCode = ["Código", "Code"];
export const cardQr = ["Código QR de la reserva {code}", "QR code of booking {code}"];
export const cardQrMissing = ["La imagen del código QR no ha cargado. Al llegar, basta con enseñar el código {code}.", "The picture of the QR code didn't load. Show code {code} when you arrive."];
export const cardManage = ["Ver la reserva", "See the booking"];
export const cardCalendar = ["Añadir al calendario", "Add to calendar"];
export const cardMap = ["Cómo llegar", "Directions"];
export const newTab = [" (se abre en otra pestaña)", " (opens in a new tab)"];

export const loading = ["Un momento…", "One moment…"];
export const stepWhen = ["Personas y día", "People and day"];
export const people = ["Personas", "People"];
export const person = ["1 persona", "1 person"];
export const persons = ["{count} personas", "{count} people"];
export const fewer = ["Una persona menos", "One person fewer"];
export const more = ["Una persona más", "One person more"];
export const larger = ["¿Más de {count}? Lo vemos por teléfono: ", "More than {count}? Please call us: "];
export const area = ["Zona", "Area"];
export const anyArea = ["Me da igual", "No preference"];
export const previousMonth = ["Mes anterior", "Previous month"];
export const nextMonth = ["Mes siguiente", "Next month"];
export const day = {
  unknown: ["comprobando", "checking"],
  free: ["hay mesa", "table available"],
  full: ["completo", "full"],
  closed: ["cerrado", "closed"],
  out: ["no se puede reservar", "cannot be booked"],
};
export const otherDay = ["Otro día", "Another day"];
export const looking = ["Buscando horas libres…", "Looking for free times…"];
export const freeTimes = ["Horas libres: {count}", "Free times: {count}"];
export const partsOfDay = [
  ["Por la mañana", "Morning"],
  ["Al mediodía", "Lunch"],
  ["Por la noche", "Evening"],
];
export const instead = ["Esto sí está libre:", "These are free:"];
export const stepDetails = ["¿A nombre de quién?", "Who is it for?"];
export const otherTime = ["Otra hora", "Another time"];
export const name = ["Nombre", "Name"];
export const phone = ["Teléfono", "Phone"];
export const phoneHint = ["Con prefijo si no es de aquí. Basta el teléfono o el correo.", "With country code if it's from elsewhere. Phone or e-mail is enough."];
export const email = ["Correo electrónico", "Email"];
export const notes = ["Algo que debamos saber (opcional)", "Anything we should know (optional)"];
export const notesHint = ["Alergias, una trona, un cumpleaños…", "Allergies, a high chair, a birthday…"];
export const privacy = ["Acepto que se usen mis datos para gestionar la reserva.", "I agree to my details being used to manage this booking."];
export const privacyLink = ["Cómo se usan los datos", "How the details are used"];
export const wrong = {
  name: ["Falta el nombre de la reserva.", "The booking needs a name."],
  contact: ["Hace falta un teléfono o un correo para los avisos.", "A phone or an e-mail is needed to keep you informed."],
  email: ["El correo tiene que ser como nombre@ejemplo.com.", "An e-mail looks like name@example.com."],
  privacy: ["Sin este acuerdo no se puede guardar la reserva.", "The booking can't be kept without this."],
};
export const kept = ["Mesa guardada durante {time}", "Table kept for {time}"];
export const keptNoMore = ["La mesa ya no está guardada, pero puede seguir libre.", "The table is no longer kept, but it may still be free."];
export const keepAgain = ["Guardarla otra vez", "Keep it again"];
export const almostOver = ["Queda menos de un minuto para completar la reserva.", "Less than a minute is left to complete the booking."];
export const book = ["Reservar", "Book"];
export const booking = ["Reservando…", "Booking…"];
export const done = ["¡Listo! Al llegar, basta con enseñar este código.", "All set. Show this code when you arrive."];
export const donePending = ["Mesa guardada. Falta un paso: está en «Ver la reserva».", "Table kept. One step is left: it's in “See the booking”."];
export const again = ["Hacer otra reserva", "Make another booking"];
