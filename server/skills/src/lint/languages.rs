//! The usual orders in German, French, Spanish, Russian, Chinese and Japanese. Letters are folded like the text.

use super::Severity::{Refused, Warning};
use super::orders::{Order, order};

/// Words by which a sentence warns of something.
pub(super) const NEGATION: &[&str] = &[
    "nie",
    "niemals",
    "nicht",
    "kein",
    "keine",
    "keinesfalls",
    "ne",
    "n",
    "pas",
    "jamais",
    "nunca",
    "jamás",
    "не",
    "нельзя",
    "никогда",
];
/// The same, where nothing parts words: directly before the order.
pub(super) const NEGATED_BY: &[&str] =
    &["不要", "请勿", "請勿", "不得", "禁止", "切勿", "不能", "不可", "不应", "別", "别"];

const IGNORE: &str = "tells a machine to ignore what it was told";
const ROLE: &str = "gives a machine another role";
const KEEP: &str = "tells a machine to keep something from people";
const SEND: &str = "tells a machine to send something away";
const RUN: &str = "a command to run";

pub(super) const ORDERS: &[Order] = &[
    // German
    order(
        "override",
        Refused,
        true,
        r"\b(ignorier\w*|missacht\w*|vergiss|vergesst|vergessen sie|überschreib\w*|umgeh\w*)\b[^.!?\n]{0,40}\b(vorherig|bisherig|vorangehend|vorangegangen|früher|obig|ursprünglich|vorig|bestehend)e[nrsm]?\b[^.!?\n]{0,30}\b(anweisung|instruktion|regel|vorgabe|befehl|prompt|richtlinie)",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(vorherig|bisherig|vorangehend|vorangegangen|früher|obig|ursprünglich|vorig)e[nrsm]?\b[^.!?\n]{0,30}\b(anweisung|instruktion|regel|vorgabe|befehl|prompt|richtlinie)\w*\b[^.!?\n]{0,20}\b(ignorieren|missachten|vergessen)\b",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(ignorier\w*|vergiss|vergesst|vergessen sie)\b[^.!?\n]{0,20}\b(alles|was)\b[^.!?\n]{0,40}\b(oben|zuvor|vorher|bisher|davor|gesagt|gelernt)\b",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\bdu bist (jetzt|nun|ab sofort) (ein|eine|der|die|kein)\b|\bab (jetzt|sofort) (bist du|sind sie|antwortest du)\b",
        ROLE,
    ),
    order(
        "secrecy",
        Refused,
        false,
        r"\b(sage?|sagen sie|erzähle?|erzählen sie|verrate?|verraten sie|informiere?|informieren sie|erwähne?|erwähnen sie|benachrichtige?|benachrichtigen sie)\b[^.!?\n]{0,40}\b((benutzer|nutzer|anwender|entwickler|reviewer|betreiber)\w*\b[^.!?\n]{0,40}\b(nicht|nichts|keinesfalls|niemals)|(nicht|nichts|niemals)\b[^.!?\n]{0,40}\b(benutzer|nutzer|anwender|entwickler|reviewer|betreiber)\w*|niemande[mn])\b",
        KEEP,
    ),
    order(
        "secrecy",
        Refused,
        true,
        r"\bohne\b[^.!?\n]{0,40}\b(benutzer|nutzer|anwender|entwickler)\w*\b[^.!?\n]{0,20}\b(zu sagen|zu informieren|zu benachrichtigen|wissen)\b",
        KEEP,
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(sende?|senden sie|schicke?|schicken sie|übertrage?|übermittle?|lade?|kopiere?)\b[^!?\n]{0,60}(\b(geheimnis|passwort|passwört|kennwort|kennwört|zugangsdaten|schlüssel|token|umgebungsvariable|quellcode|quelltext)|\.env\b)[^!?\n]{0,60}(https?:|@|\b(server|url|webhook|adresse|e-?mail)\b)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\bführen?\b( sie)?[^.!?\n]{0,30}\b(befehle?|kommandos?|skripte?|programme?)\b[^.!?\n]{0,40}\baus\b",
        RUN,
    ),
    // French
    order(
        "override",
        Refused,
        true,
        r"\b(ignore[rz]?|oublie[rz]?|contourne[rz]?|fai(s|tes) abstraction|(tiens|tenez) (pas|aucun) compte)\b[^.!?\n]{0,40}\b((instructions?|consignes?|règles?|directives?|ordres?)\b[^.!?\n]{0,20}\b(précédent|antérieur|ci-dessus|initia|d'origine|existant)|(précédente?s?|antérieure?s?) (instruction|consigne|règle|directive|ordre))",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(ignore[rz]?|oublie[rz]?) tout ce\b[^.!?\n]{0,40}\b(avant|précède|dit|ci-dessus|appris)\b",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(tu es|vous êtes) (maintenant|désormais) (un|une|le|la)\b|\b(à partir de maintenant|désormais),? (tu es|vous êtes|tu réponds|vous répondez)\b",
        ROLE,
    ),
    order(
        "secrecy",
        Refused,
        false,
        r"\bn(e\b|')[^.!?\n]{0,12}\b(dis|dites|dire|mentionne[rz]?|informe[rz]?|révèle[rz]?|révélez|préviens|prévenez|prévenir|avertis|avertissez|parle[rz]?)\b[^.!?\n]{0,40}\b(utilisateur|utilisatrice|développeur|relecteur|à personne)",
        KEEP,
    ),
    order(
        "secrecy",
        Refused,
        true,
        r"\bsans (le dire|en informer|informer|prévenir|avertir|que)\b[^.!?\n]{0,20}\b(utilisateur|développeur|relecteur)s?\b",
        KEEP,
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(envoie[sz]?|envoyer|envoyez|transmets|transmettez|transmettre|copie[rz]?|téléverse[rz]?)\b[^!?\n]{0,60}(\b(secrets?|mots? de passe|identifiants?|clés?|jetons?|variables? d'environnement|code source)\b|\.env\b)[^!?\n]{0,60}(https?:|@|\b(serveur|url|webhook|adresse)\b)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(exécute[rz]?|lance[rz]?) (cette|la|ce|le|les|ces)( \w+)? (commande|script|programme)s?\b",
        RUN,
    ),
    // Spanish
    order(
        "override",
        Refused,
        true,
        r"\b(ignor(a|e|ar|en|ad)|olvid(a|e|ar|en|ad)|descart(a|e|ar|en)|ha(z|ga) caso omiso de)\b[^.!?\n]{0,40}\b((instruccion|instrucciones|reglas?|órdenes|indicaciones|directrices)\b[^.!?\n]{0,20}\b(anterior|previa|de arriba|original|inicial|existente)|(anteriores|previas) (instruccion|regla|orden|órden|indicacion))",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(ignora|ignore|olvida|olvide) todo lo\b[^.!?\n]{0,40}\b(anterior|antes|arriba|dicho|dije|aprendi\w*)\b",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"\b(ahora|desde ahora|a partir de ahora),? (eres|serás|usted es)\b",
        ROLE,
    ),
    order(
        "secrecy",
        Refused,
        false,
        r"\bno (se )?(lo |le |les )?(digas|diga|digan|decir|menciones|mencione|mencionar|informes|informe|informar|reveles|revele|revelar|avises|avise|cuentes|cuente)\b[^.!?\n]{0,40}\b(usuari[oa]s?|desarrollador\w*|revisor\w*|nadie)\b",
        KEEP,
    ),
    order(
        "secrecy",
        Refused,
        true,
        r"\bsin (decírselo|decirle|informar|avisar|que)\b[^.!?\n]{0,20}\b(usuari[oa]|desarrollador|revisor)\w*\b",
        KEEP,
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(envía|envíe|enviar|manda|mande|transmite|copia|sube|suba)\b[^!?\n]{0,60}(\b(secretos?|contraseñas?|credenciales|claves?|tokens?|variables de entorno|código fuente)\b|\.env\b)[^!?\n]{0,60}(https?:|@|\b(servidor|url|webhook|dirección)\b)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(ejecuta|ejecute|ejecutar) (este|esta|el|la|los|las|estos|estas)( \w+)? (comando|script|programa)s?\b",
        RUN,
    ),
    // Russian
    order(
        "override",
        Refused,
        true,
        r"\b(про)?(игнорируй|игнорируйте|игнорировать|забудь|забудьте|не обращай внимания на|не обращайте внимания на)\b[^.!?\n]{0,40}\b(предыдущ|прежн|прошл|вышеуказанн|ранее|исходн|все )[^.!?\n]{0,30}\b(инструкци|указани|правил|команд|промпт)",
        IGNORE,
    ),
    order("override", Refused, true, r"\b(отныне|с этого момента),? (ты|вы)\b|\bты теперь\b", ROLE),
    order(
        "secrecy",
        Refused,
        false,
        r"\bне (говори|сообщай|упоминай|рассказывай|раскрывай|уведомляй)(те)?\b[^.!?\n]{0,40}\b(пользовател|разработчик|ревьюер|никому)",
        KEEP,
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"\b(отправь|отправляй|перешли|передай|загрузи|скопируй)(те)?\b[^!?\n]{0,60}(\b(секрет|парол|ключ|токен|переменн|исходн)|\.env\b)[^!?\n]{0,60}(https?:|@|\b(сервер|адрес|url|вебхук|почт))",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"\b(выполни|запусти)(те)?\b[^.!?\n]{0,20}\b(команд|скрипт|программ)",
        RUN,
    ),
    // Chinese
    order(
        "override",
        Refused,
        true,
        r"(忽略|忽视|忽視|无视|無視|忘记|忘記|不要理会|不要理會|绕过|繞過)[^。!?\n]{0,12}(之前|以前|先前|上述|上面|以上|前面|此前|原有|原来|系统|系統|所有)[^。!?\n]{0,10}(指令|指示|说明|說明|规则|規則|提示|命令)",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"你现在是|你現在是|(从现在开始|從現在開始|从现在起|從現在起),?你",
        ROLE,
    ),
    order(
        "secrecy",
        Refused,
        false,
        r"(不要|别|別|不得|勿|不能|不可)(告诉|告訴|告知|通知|提醒|透露给)[^。!?\n]{0,8}(用户|用戶|使用者|开发者|開發者|开发人员|任何人|审核)",
        KEEP,
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"((发送|發送|上传|上傳|传送|傳送)[^。!?\n]{0,30}(密码|密碼|密钥|密鑰|凭据|憑證|令牌|环境变量|環境變數|源代码|原始碼|机密|\.env)[^。!?\n]{0,30}|(把|将|將)[^。!?\n]{0,20}(密码|密碼|密钥|密鑰|凭据|憑證|令牌|环境变量|環境變數|源代码|原始碼|机密|\.env)[^。!?\n]{0,20}(发送|發送|发到|發到|发给|發給|上传|上傳|传到|傳到)[^。!?\n]{0,20})(https?:|@|服务器|伺服器|网址|網址|邮箱|url|webhook)",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"(运行|運行|执行|執行)(以下|下面|下列|这个|這個|这条|這條|此|该|該)[^。!?\n]{0,6}(命令|脚本|腳本|程序|指令)",
        RUN,
    ),
    // Japanese
    order(
        "override",
        Refused,
        true,
        r"(以前|これまで|今まで|上記|前|先|従来|既存|元|すべて|全て)[^。!?\n]{0,12}(指示|命令|ルール|指令|プロンプト|規則|制約)[^。!?\n]{0,8}((無視し|忘れ|破棄し)(ろ|なさい|て(ください|下さい|くれ|[、,。!\s]))|無視せよ)",
        IGNORE,
    ),
    order(
        "override",
        Refused,
        true,
        r"(あなた|君|お前)は(今から|これから|今や)|(今から|これから)(あなた|君|お前)は",
        ROLE,
    ),
    order(
        "secrecy",
        Refused,
        false,
        r"(ユーザー?|利用者|開発者|レビュアー|誰)[^。!?\n]{0,4}に[^。!?\n]{0,15}(言わないで|伝えないで|知らせないで|教えないで|話さないで|報告しないで|言うな|伝えるな|知らせるな|教えるな)|(ユーザー?|利用者|開発者)に(知られ|気づかれ|気付かれ)(ないよう|ずに)",
        KEEP,
    ),
    order(
        "exfiltration",
        Refused,
        true,
        r"(パスワード|秘密鍵|認証情報|トークン|環境変数|ソースコード|シークレット|機密|\.env)[^。!?\n]{0,30}(https?:|@|サーバー?|url|アドレス|webhook)[^。!?\n]{0,30}(送信し(ろ|なさい|て(ください|下さい))|送って(ください|下さい)|送れ|アップロードして(ください|下さい))",
        SEND,
    ),
    order(
        "tools",
        Warning,
        false,
        r"(次|以下|この|下記)の?[^。!?\n]{0,6}(コマンド|スクリプト|プログラム)を(実行|起動)(し|せよ)",
        RUN,
    ),
];
